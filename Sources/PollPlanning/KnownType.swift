import JobWatchCore

/// The learned durations of one type of jobs, for people and forecasts.
package struct KnownType: Sendable {
  package let key: DurationKey
  /// Jobs of it that ended, ever.
  package let ended: Int
  /// Jobs of it that run, and count among those that may end.
  package let running: Int
  package let distribution: DurationDistribution
  /// The source of what stands in for jobs that have not ended yet.
  var prior = Prior.generic
  /// The age, in seconds, at which one of its jobs is told to be stuck; nil: never.
  package var stuckAge: Double?

  /// Fewer ended jobs than these say little of what is typical: the distribution is half a guess then.
  package static let few = 5

  package var isNew: Bool { ended < Self.few }

  /// The ages, in seconds, between which eight in ten of its jobs end; the upper one may be infinite. Nil while it is
  /// new.
  package var typical: (from: Double, to: Double)? {
    isNew ? nil : distribution.typical()
  }

  /// True if the age by which this share of its jobs ends lies beyond what its few jobs have shown.
  package func isGuess(_ share: Double) -> Bool { (1 - share) * Double(ended) < 1 }

  /// For people: `createServer of ecs in eu-de`.
  package var name: String {
    "\(key.jobType.isEmpty ? "jobs without a type" : key.jobType) of \(key.service) in \(key.region)"
  }

  /// The source of a type's prior.
  enum Prior: Hashable, Sendable {
    /// The same type in this region.
    case region(String)
    case shipped
    /// The other types of its service.
    case service
    case generic
  }

  /// For programs: `region`, `shipped`, `service` or `generic`.
  package var priorName: String {
    if case .region = prior { "region" } else { "\(prior)" }
  }

  /// For people.
  package var priorText: String {
    switch prior {
    case .region(let region): "what the same type has shown in \(region)"
    case .shipped: "what jobwatch is shipped with of this type"
    case .service: "what the other types of \(key.service) have shown"
    case .generic: "a general guess (nine in ten around 1 m 40 s, one anywhere up to days)"
    }
  }
}
