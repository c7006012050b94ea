/// The jobs whose durations are learned together: one type, at one service, in one region.
package struct DurationKey: Hashable, Comparable, Sendable {
  package var service: String
  /// As the service names it; empty where it names none.
  package var jobType: String
  package var region: String

  package init(service: String, jobType: String, region: String) {
    (self.service, self.jobType, self.region) = (service, jobType, region)
  }

  package static func < (left: DurationKey, right: DurationKey) -> Bool {
    (left.service, left.jobType, left.region) < (right.service, right.jobType, right.region)
  }
}

/// The ages between which a job is watched, in seconds.
package struct WatchedSpan: Hashable, Sendable {
  /// Zero, unless the job was first seen at this age, late. Jobs of its type that ended before were missed, so it says
  /// nothing about the ages before this one.
  package var from: Double
  /// The age at which it was last seen running; zero: never yet.
  package var known: Double

  package init(from: Double = 0, known: Double = 0) {
    (self.from, self.known) = (from, max(from, known))
  }
}

/// What the end of a job's watch says about how long jobs of its type take.
package enum DurationSample: Hashable, Sendable {
  /// When a job ended, in seconds of its age.
  package enum End: Hashable, Sendable {
    /// As its record says.
    case at(Double)
    /// Its record has no end time: after it was last seen running, and not after it was seen ended.
    case between(Double, Double)
  }

  case ended(End)
  /// It is watched no more, and is not known to have ended.
  case censored

  /// What follows when a watched job becomes another by an answer at `now`.
  ///
  /// The duration is the record's own, from begin to end by the cloud's clock. Where the record has no end, or one that
  /// cannot be, the job ended after it was last seen running and before it was seen ended.
  init?(from before: Job, to after: Job, at now: Timestamp, offset: Duration) {
    if after.state.isConfirmedEnd && before.paidAt == nil && !before.isUnpaid {
      let age = after.age(at: now, offset: offset)
      let begin = after.begunAt(offset: offset)
      let end = after.report?.end?.instant.map { $0 - offset }
      guard let end, end >= begin, end <= now + Self.clockSlack else {
        self = .ended(.between(min(before.span.known, age), age))
        return
      }
      self = .ended(.at((end - begin).seconds))
    } else if before.isWatched && !after.isWatched {
      self = .censored
    } else {
      return nil
    }
  }

  /// The cloud's clock is known by `Date` headers, which are whole seconds.
  private static let clockSlack = Duration.seconds(5)
}

/// The `DurationSample` that an ended job has been, worked out afterwards from the job alone. Ages are seconds.
package enum SampleSummary: Hashable, Sendable {
  /// By its record.
  case took(Double)
  /// Its record has no end time: it ended after the first age and not after the second.
  case between(Double, Double)
  /// It was watched up to this age, and is not known to have ended.
  case ran(Double)
  case nothing(String)

  /// - Parameter previous: the state before its last; nil: not known any more.
  package init(_ job: Job, previous: JobState?) {
    let isOfPayment = job.paidAt != nil || previous == .awaitingPayment
    switch job.state {
    case _ where isOfPayment:
      self = .nothing("it waited for its payment, and how long that takes is up to people")
    case .succeeded, .failed: self = Self.end(of: job)
    case .lost where job.span.known > 0: self = .ran(job.span.known)
    case .unknown: self = .nothing("the service never showed it")
    default: self = .nothing("it was never seen running")
    }
  }

  /// The clocks' difference does not matter for a record with both times. Without a begin, or with an impossible time,
  /// the age may be off by it.
  private static func end(of job: Job) -> SampleSummary {
    let begin = job.begunAt(offset: .zero)
    if let end = job.report?.end?.instant, end >= begin { return .took((end - begin).seconds) }
    let age = job.age(at: job.endedAt ?? begin, offset: .zero)
    return .between(min(job.span.known, age), age)
  }

  /// The age at which it ended, or to which it is known to have run.
  package var age: Double? {
    switch self {
    case .took(let age), .between(_, let age), .ran(let age): age
    case .nothing: nil
    }
  }
}

extension Job {
  package var durationKey: DurationKey { DurationKey(service: key.service, jobType: jobType ?? "", region: region) }

  /// Whether it counts among those that run and may end.
  package var isWatched: Bool { Self.isWatched(state, span, isPaid: paidAt != nil) }

  package static func isWatched(_ state: JobState, _ span: WatchedSpan, isPaid: Bool) -> Bool {
    !state.isFinal && state != .awaitingPayment && !isPaid && span.known > 0
  }

  /// The age of a job that was seen. It is never zero, which stands for a job that was not, however little the clocks
  /// agree.
  package static func knownAge(_ age: Double) -> Double { max(age, 0.001) }
}
