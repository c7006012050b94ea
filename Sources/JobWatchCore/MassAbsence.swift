/// Tells one vanished record from a service that has forgotten everything (a failed-over region, a wrong project behind
/// the same credential). Then no verdict is given on any job of the endpoint.
package struct MassAbsence: Sendable {
  package enum Change: Hashable, Sendable {
    case massBegan(absent: Int, watched: Int)
    case massEnded
  }

  /// Which jobs vanish together.
  package enum Crowd: Hashable, Sendable {
    /// Jobs that were shown before: their absence comes suddenly.
    case shown
    /// Jobs that were never shown, where none is.
    case new
    /// Jobs whose absence is no surprise: the service shows others, or they were gone before.
    case none
  }

  /// Jobs whose last answer was "no such job", since the last sighting of any.
  private var absent: Set<Int64> = []
  /// When the first of them was.
  private var absentSince: Duration?
  private var massSince: Duration?
  /// When the last mass absence ended with a sighting, or the clock was set. Absences until then count for nothing: an
  /// answer from before may come right after it, and not all of a service recovers at once.
  package private(set) var recoveredAt: Timestamp?
  /// The hold ran out; only a sighting makes a new one possible.
  private var exhausted = false

  /// Below this, vanished records are taken one by one.
  private static let fewest = 5

  package init() {}

  package var isMass: Bool { massSince != nil }

  /// - Parameters:
  ///   - crowd: the jobs that this one is counted among.
  ///   - watched: how many these are.
  package mutating func absent(
    _ job: Int64, of crowd: Crowd = .shown, watched: Int, at uptime: Duration,
    policy: AbsencePolicy
  ) -> Change? {
    if let since = massSince {
      absent.insert(job)
      guard uptime - since >= policy.massHold else { return nil }
      (massSince, exhausted) = (nil, true)
      return .massEnded
    }
    guard crowd != .none else { return nil }
    absent.insert(job)
    let first = absentSince ?? uptime
    absentSince = first
    // The service may yet show a new job. No verdict has to be held before half the time to it is over.
    let patience = crowd == .new ? policy.over.scaled(by: 0.5) : .zero
    guard !exhausted, absent.count >= Self.fewest, absent.count * 2 >= watched,
      uptime - first >= patience
    else { return nil }
    massSince = uptime
    return .massBegan(absent: absent.count, watched: watched)
  }

  /// A mass absence that a restart finds on record goes on.
  /// - Parameter since: its start, before the present uptime.
  package mutating func resumeMass(since: Duration) { massSince = since }

  /// The clock was set: how long a job has been absent is no longer known, and counts from now.
  package mutating func clockWasSet(at now: Timestamp) { recoveredAt = now }

  /// A verdict was given on the job: it counts no more.
  package mutating func forget(_ job: Int64) { absent.remove(job) }

  /// Any sighting shows that the service still knows jobs.
  package mutating func sighted(at now: Timestamp) -> Change? {
    absent.removeAll()
    (absentSince, exhausted) = (nil, false)
    guard massSince != nil else { return nil }
    (massSince, recoveredAt) = (nil, now)
    return .massEnded
  }
}
