/// Tells one vanished record from a service that has forgotten everything (a failed-over region, a wrong project behind
/// the same credential). Then no verdict is given on any job of the endpoint.
struct MassAbsence: Sendable {
  enum Change: Hashable, Sendable {
    case massBegan(absent: Int, watched: Int)
    case massEnded
  }

  /// Jobs that the service has not shown yet. Their absence is no surprise where it shows others.
  private var unshown: Set<Int64> = []
  /// Jobs that were gone, and were submitted again. Their absence is no surprise.
  private var returned: Set<Int64> = []
  /// Jobs whose last answer was "no such job", since the last sighting of any.
  private var absent: Set<Int64> = []
  /// When the first of them was.
  private var absentSince: Duration?
  private var massSince: Duration?
  /// When the last mass absence ended with a sighting, or the clock was set. Absences until then count for nothing: an
  /// answer from before may come right after it, and not all of a service recovers at once.
  private(set) var recoveredAt: Timestamp?
  /// The hold ran out; only a sighting makes a new one possible.
  private var exhausted = false

  /// Below this, vanished records are taken one by one.
  private static let fewest = 5

  var isMass: Bool { massSince != nil }

  mutating func beginWatching(_ job: Int64, isNew: Bool, isReturned: Bool) {
    if isNew { unshown.insert(job) }
    if isReturned { returned.insert(job) }
  }

  /// The service has shown the job, or it is watched no more.
  mutating func shown(_ job: Int64) {
    unshown.remove(job)
    returned.remove(job)
  }

  /// - Parameter watched: jobs of the endpoint.
  mutating func absent(_ job: Int64, watched: Int, at uptime: Duration, policy: AbsencePolicy) -> Change? {
    if let since = massSince {
      absent.insert(job)
      guard uptime - since >= policy.massHold else { return nil }
      (massSince, exhausted) = (nil, true)
      return .massEnded
    }
    let shown = watched - unshown.count - returned.count
    let isNew = unshown.contains(job)
    guard !returned.contains(job), !isNew || shown <= 0 else { return nil }
    let watched = isNew ? unshown.count : max(shown, 1)
    absent.insert(job)
    let first = absentSince ?? uptime
    absentSince = first
    // A new job may still appear. Verdicts on new jobs come after `policy.over`, so half of that is early enough.
    let patience = isNew ? policy.over.scaled(by: 0.5) : .zero
    guard !exhausted, absent.count >= Self.fewest, absent.count * 2 >= watched,
      uptime - first >= patience
    else { return nil }
    massSince = uptime
    return .massBegan(absent: absent.count, watched: watched)
  }

  /// A mass absence that a restart finds on record goes on.
  /// - Parameter since: its start, before the present uptime.
  mutating func resumeMass(since: Duration) { massSince = since }

  /// The clock was set: how long a job has been absent is no longer known, and counts from now.
  mutating func clockWasSet(at now: Timestamp) { recoveredAt = now }

  /// A verdict was given on the job: it counts no more.
  mutating func forget(_ job: Int64) { absent.remove(job) }

  /// Any sighting shows that the service still knows jobs.
  mutating func sighted(at now: Timestamp) -> Change? {
    absent.removeAll()
    (absentSince, exhausted) = (nil, false)
    guard massSince != nil else { return nil }
    (massSince, recoveredAt) = (nil, now)
    return .massEnded
  }
}
