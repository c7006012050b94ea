/// Tells one vanished record from a service that has forgotten everything (a failed-over region, a wrong project behind
/// the same credential). Then no verdict is given on any job of the endpoint.
///
/// Until enough are absent to say so, a verdict takes a witness: the service has shown another job since this one was
/// missed first, or none is left that it could show. Another is asked before its turn, which may be minutes away.
struct MassAbsence: Sendable {
  enum Change: Hashable, Sendable {
    case massBegan(absent: Int, watched: Int)
    /// The service has shown a job.
    case massEnded
    /// It goes on, and its verdicts are no longer held.
    case holdEnded
  }

  /// Jobs that the service has not shown yet. Their absence is no surprise where it shows others.
  private var unshown: Set<Int64> = []
  /// Jobs that were gone, and were submitted again. Their absence is no surprise.
  private var returned: Set<Int64> = []
  /// Jobs whose last answer was "no such job", since the last sighting of any.
  private var absent: Set<Int64> = []
  /// When the first of them was.
  private var absentSince: Duration?
  /// When each job was missed first, whether or not that is a surprise.
  private var missedAt: [Int64: Duration] = [:]
  /// The same, also for absences that count no more.
  private var missedFirst: [Int64: Duration] = [:]
  private var sightedAt: Duration?
  /// Jobs whose last absence has no witness yet.
  private var unwitnessed: Set<Int64> = []
  /// A verdict that was due waits for a witness.
  private var isHolding = false
  private var massSince: Duration?
  /// When a sighting ended the last mass absence or held verdicts, or the clock was set. Absences until then count for
  /// nothing: an answer from before may come right after it, and not all of a service recovers at once.
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
    (missedAt[job], missedFirst[job]) = (nil, nil)
    unwitnessed.remove(job)
  }

  func holdsVerdict(on job: Int64) -> Bool { isMass || unwitnessed.contains(job) }

  /// - Parameter watched: jobs of the endpoint.
  mutating func absent(_ job: Int64, watched: Int, at uptime: Duration, policy: AbsencePolicy) -> Change? {
    if missedAt[job] == nil { missedAt[job] = uptime }
    if missedFirst[job] == nil { missedFirst[job] = uptime }
    if let since = massSince {
      absent.insert(job)
      guard uptime - since >= policy.massHold else { return nil }
      (massSince, exhausted) = (nil, true)
      return .holdEnded
    }
    let shown = watched - unshown.count - returned.count
    let isNew = unshown.contains(job)
    let isSurprise = !returned.contains(job) && (!isNew || shown <= 0)
    if isSurprise { absent.insert(job) }
    let others = isSurprise && isNew ? unshown.count : shown
    noteWitness(of: job, unheard: others - absent.count, at: uptime, policy: policy)
    guard isSurprise else { return nil }
    let watched = max(others, 1)
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

  /// - Parameter unheard: other jobs that the service may yet show.
  private mutating func noteWitness(of job: Int64, unheard: Int, at uptime: Duration, policy: AbsencePolicy) {
    let missed = missedAt[job] ?? uptime
    let isWitnessed = exhausted || unheard <= 0 || sightedAt.map { $0 >= missed } ?? false
    // A job that has no answer for itself cannot keep others from theirs, nor one that is shown after each hold.
    guard !isWitnessed, uptime - (missedFirst[job] ?? missed) < policy.massHold else {
      unwitnessed.remove(job)
      return
    }
    unwitnessed.insert(job)
    if uptime - missed >= policy.over { isHolding = true }
  }

  /// Those that cannot be the witness of the job; nil: it needs none, or its verdict is not due soon.
  func seeksWitness(for job: Int64, at uptime: Duration, policy: AbsencePolicy) -> ProbeChoice? {
    guard !isMass, unwitnessed.contains(job), let missed = missedAt[job],
      uptime - missed >= policy.over.scaled(by: 0.5)
    else { return nil }
    return ProbeChoice(avoided: Set(missedAt.keys))
  }

  /// A mass absence that a restart finds on record goes on.
  /// - Parameter since: its start, before the present uptime.
  mutating func resumeMass(since: Duration) { massSince = since }

  /// The clock was set: how long a job has been absent is no longer known, and counts from now.
  mutating func clockWasSet(at now: Timestamp) { startAgain(at: now) }

  /// A verdict was given on the job: it counts no more.
  mutating func forget(_ job: Int64) { absent.remove(job) }

  private mutating func startAgain(at now: Timestamp) {
    recoveredAt = now
    missedAt = [:]
  }

  /// Any sighting shows that the service still knows jobs.
  mutating func sighted(at now: Moment) -> Change? {
    sightedAt = now.uptime
    if isMass || isHolding { startAgain(at: now.wall) }
    let change = isMass ? Change.massEnded : nil
    absent.removeAll()
    unwitnessed.removeAll()
    (absentSince, massSince, exhausted, isHolding) = (nil, nil, false, false)
    return change
  }
}
