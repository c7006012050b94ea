/// The health of one endpoint (one service of one account), as its answers show it.
///
/// A value that decides: each answer is recorded, and what comes back says what changed. It knows no clock, no database
/// and no network; the times it is given are the caller's.
///
/// ```
///  answer                      breaker   permission  jobs counted against it   condition
///  seen, unrecognised          succeeds  succeeds    none                      ends all
///  absent                      succeeds  succeeds    absent ones               absent, once most are
///  busy                        succeeds  succeeds    without an answer         busy, once no job has one
///  forbidden, misconfigured    succeeds  fails       barred                    forbidden, misconfigured
///  refused, skewed             succeeds  released    refused                   the account's
///  garbled, unreachable        fails     released    unanswered                unreachable
///  throttled                   released  released    none                      none
/// ```
package struct EndpointState: Sendable {
  /// What one call passes with, beside its credential.
  package struct Permits: Hashable, Sendable {
    package var breaker: CircuitBreaker.Permit
    package var permission: CircuitBreaker.Permit
  }

  /// Trouble that is told once it has lasted for the grace.
  struct Trouble: Hashable, Sendable {
    var since: Moment
    var cause: String
    var isTold = false
    /// False after a restart, until a call fails: it may be over.
    var isConfirmed = true
  }

  package let key: EndpointKey
  private let grace: Duration
  private let absence: AbsencePolicy

  /// Against an endpoint that gives no usable answer.
  private(set) var breaker: CircuitBreaker
  /// Against calls that are not allowed (403), or that can never work as configured.
  private(set) var permission: CircuitBreaker
  private var unanswered: FailureStreak
  private var barred = FailureStreak(answers: 1)
  private var stalled = FailureStreak(neverFewer: true)
  private var refused = FailureStreak()
  private var absences = MassAbsence()
  private var outage: Trouble?
  private var busy: Trouble?
  private var jobs = JobStandings()
  /// The cloud's clock minus ours.
  package private(set) var clockOffset = ClockOffset()

  /// - Parameters:
  ///   - probes: the waits before a call that is not allowed is tried again.
  ///   - absence: when "no such job" is believed.
  package init(
    _ key: EndpointKey, breaker policy: BreakerPolicy = BreakerPolicy(),
    probes: ProbePolicy = ProbePolicy(), absence: AbsencePolicy = AbsencePolicy()
  ) {
    self.key = key
    self.absence = absence
    grace = policy.grace
    // The streak decides how many failures it takes.
    var once = policy
    once.failures = 1
    breaker = CircuitBreaker(breaker: once)
    unanswered = FailureStreak(jobs: policy.failures, answers: policy.failures)
    permission = CircuitBreaker(threshold: 1, waits: probes.steps)
  }

  // MARK: Calls

  /// When a call may be made with this credential, not after `uptime` for now; nil: an answer under way decides.
  package func opensAt(with credential: CircuitBreaker, _ uptime: Duration) -> Duration? {
    var time = uptime
    for breaker in [credential, permission, breaker] {
      switch breaker.readiness(at: uptime) {
      case .open, .probe: continue
      case .shut(let until): time = max(time, until)
      case .awaitingProbe: return nil
      }
    }
    return time
  }

  /// Whether the next call is to find out something, and which jobs had better not be asked for it; nil: no probe is due.
  package func probe(with credential: CircuitBreaker, at uptime: Duration) -> ProbeChoice? {
    var choice: ProbeChoice?
    for (breaker, streak) in [(credential, refused), (permission, barred), (breaker, unanswered)]
    where breaker.readiness(at: uptime) == .probe {
      choice = choice ?? ProbeChoice()
      choice?.avoid(streak)
    }
    return choice
  }

  /// Takes a call through; nil where it must wait.
  package mutating func enter(at uptime: Duration) -> Permits? {
    guard let one = breaker.enter(at: uptime) else { return nil }
    guard let two = permission.enter(at: uptime) else {
      breaker.release(one, at: uptime)
      return nil
    }
    return Permits(breaker: one, permission: two)
  }

  /// No call was made.
  package mutating func release(_ permits: Permits, at uptime: Duration) {
    breaker.release(permits.breaker, at: uptime)
    permission.release(permits.permission, at: uptime)
  }

  // MARK: Answers

  /// What an answer changed.
  package struct Effects: Sendable {
    package enum Notice: Hashable, Sendable {
      /// Only probes are made from now on.
      case isLeftAlone(cause: String)
      case answersAgain(after: Duration)
      /// One job has no answer now; another may have.
      case isBusy(cause: String)
    }

    package var changes: [ConditionChange] = []
    /// For the log.
    package var notices: [Notice] = []
    /// These jobs failed: whether the service is in trouble shows when another is asked.
    package var seeksWitness: FailureStreak?
    /// An outage is over that left a backlog.
    package var leavesBacklog = false
  }

  /// - Parameters:
  ///   - job: whose answer it is.
  ///   - isLost: it is only looked for: that it is absent says nothing new.
  ///   - isOfEndpoint: whoever had been asked for, the answer would have been the same.
  ///   - watched: jobs of the endpoint.
  package mutating func record(
    _ observation: Observation, of job: Int64, isLost: Bool = false, isOfEndpoint: Bool = false,
    _ permits: Permits, watched: Int, at now: Moment
  ) -> Effects {
    var effects = Effects()
    switch observation {
    case .seen, .unrecognised:
      jobs.sighted(job)
      accept(job, permits, at: now, &effects)
      endBusy(job, at: now, &effects)
      absent(absences.sighted(at: now.wall), at: now, &effects)
    case .absent:
      jobs.answered(job)
      accept(job, permits, at: now, &effects)
      endBusy(job, at: now, &effects)
      guard !isLost else { break }
      absent(
        jobs.absent(job, of: watched, &absences, at: now.uptime, absence), at: now, &effects)
    case .busy(let cause):
      jobs.failed(job)
      accept(job, permits, at: now, &effects)
      stall(job, cause, watched: watched, at: now, &effects)
    case .throttled: release(permits, at: now.uptime)
    case .garbled(let cause), .unreachable(let cause):
      jobs.failed(job)
      fail(job, cause, isOfEndpoint, permits, watched: watched, at: now, &effects)
    case .refused, .skewed:
      _ = refused.fail(job, watched: 1)
      permission.release(permits.permission, at: now.uptime)
      answer(job, permits, at: now, &effects)
    case .forbidden(let error):
      bar(job, .forbidden, error, permits, watched: watched, at: now, &effects)
    case .misconfigured(let error):
      bar(job, .misconfigured, error, permits, watched: watched, at: now, &effects)
    }
    return effects
  }

  /// The service took the call.
  private mutating func accept(
    _ job: Int64, _ permits: Permits, at now: Moment, _ effects: inout Effects
  ) {
    answer(job, permits, at: now, &effects)
    barred.succeed(job)
    refused.succeed(job)
    guard permission.succeed(permits.permission) == .opened else { return }
    effects.changes += ConditionChange.unbarred(key, at: now.wall)
  }

  /// The endpoint gave an answer that can be used.
  private mutating func answer(
    _ job: Int64, _ permits: Permits, at now: Moment, _ effects: inout Effects
  ) {
    let hasOpened = breaker.succeed(permits.breaker) == .opened
    unanswered.succeed(job)
    guard let outage, !breaker.isShut else { return }
    self.outage = nil
    effects.changes.append(.up(key, .unreachable, at: now.wall))
    // One call that failed is no news, nor is its end, and it has left no backlog.
    effects.leavesBacklog = hasOpened
    if hasOpened || outage.isTold {
      effects.notices.append(.answersAgain(after: now.uptime - outage.since.uptime))
    }
  }

  private mutating func fail(
    _ job: Int64, _ cause: String, _ isOfEndpoint: Bool, _ permits: Permits, watched: Int,
    at now: Moment, _ effects: inout Effects
  ) {
    permission.release(permits.permission, at: now.uptime)
    let blame = unanswered.fail(job, watched: watched, isOfEndpoint: isOfEndpoint)
    if blame == .unsure { effects.seeksWitness = unanswered }
    if outage == nil, !unanswered.failing.isEmpty {
      outage = Trouble(since: now, cause: cause)
    }
    outage?.isConfirmed = true
    guard blame == .service || permits.breaker.isProbe,
      breaker.fail(permits.breaker, at: now.uptime) == .shut
    else { return }
    effects.notices.append(.isLeftAlone(cause: cause))
    effects.changes.append(
      .begins(
        Condition(
          .endpoint(key), .unreachable, since: outage?.since.wall ?? now.wall, cause: cause)))
  }

  private mutating func bar(
    _ job: Int64, _ kind: Condition.Kind, _ error: APIError, _ permits: Permits, watched: Int,
    at now: Moment, _ effects: inout Effects
  ) {
    jobs.failed(job)
    answer(job, permits, at: now, &effects)
    let blame = barred.fail(job, watched: watched)
    if blame == .unsure { effects.seeksWitness = barred }
    guard blame == .service || permits.permission.isProbe,
      permission.fail(permits.permission, at: now.uptime) == .shut
    else { return }
    effects.changes.append(.barred(key, kind, error, at: now.wall))
  }

  private mutating func stall(
    _ job: Int64, _ cause: String, watched: Int, at now: Moment, _ effects: inout Effects
  ) {
    let blame = stalled.fail(job, watched: watched)
    if blame == .unsure { effects.seeksWitness = stalled }
    guard !stalled.failing.isEmpty else { return }
    if busy == nil {
      busy = Trouble(since: now, cause: cause)
      effects.notices.append(.isBusy(cause: cause))
    }
    busy?.cause = cause
    guard blame == .service, let trouble = busy, !trouble.isTold,
      now.uptime - trouble.since.uptime >= grace
    else { return }
    busy?.isTold = true
    effects.changes.append(
      .down(key, .busy, since: trouble.since.wall, cause: cause, at: now.wall))
  }

  /// The service has answered for a job.
  private mutating func endBusy(_ job: Int64, at now: Moment, _ effects: inout Effects) {
    stalled.succeed(job)
    guard let trouble = busy else { return }
    busy = nil
    if trouble.isTold { effects.changes.append(.up(key, .busy, at: now.wall)) }
  }

  private func absent(
    _ change: MassAbsence.Change?, at now: Moment, _ effects: inout Effects
  ) {
    switch change {
    case .massBegan(let absent, let watched):
      let cause =
        "\(absent) of \(watched) watched jobs are suddenly unknown to it; no verdict is given on any"
      effects.changes.append(.down(key, .absent, cause: cause, at: now.wall))
    case .massEnded: effects.changes.append(.up(key, .absent, at: now.wall))
    case nil: break
    }
  }

  // MARK: Telling

  /// When the outage is to be told; nil: there is none, or it is told.
  package func tellAt() -> Duration? {
    guard let outage, !outage.isTold, outage.isConfirmed, breaker.isShut else { return nil }
    return outage.since.uptime + grace
  }

  /// `endpoint.down`, for an outage that has outlasted the grace.
  package mutating func tell(at now: Moment) -> ConditionChange? {
    guard let outage, let time = tellAt(), time <= now.uptime else { return nil }
    self.outage?.isTold = true
    return .down(
      key, .unreachable, since: outage.since.wall, cause: outage.cause, at: now.wall)
  }

  /// Trouble that a restart finds on record: it is neither forgotten nor told twice.
  package mutating func resume(_ condition: Condition, at now: Moment) {
    // Since later than now, by a clock that was ahead: it counts from now on.
    let age = max(now.wall - condition.since, .zero)
    var since = now
    (since.wall, since.uptime) = (condition.since, now.uptime - age)
    let isTold = condition.toldAt != nil
    switch condition.kind {
    case .forbidden, .misconfigured: permission.resumeShut(at: now.uptime)
    case .unreachable:
      breaker.resumeShut(at: now.uptime)
      outage = Trouble(
        since: since, cause: condition.cause, isTold: isTold, isConfirmed: isTold)
    case .busy: busy = Trouble(since: since, cause: condition.cause, isTold: isTold)
    case .absent: absences.resumeMass(since: since.uptime)
    case .pausedByHand, .refused, .lockedOut, .unconfigured, .failing, .stopped: break
    }
  }

  // MARK: Jobs and clocks

  /// A job of the endpoint begins to be watched.
  /// - Parameters:
  ///   - isNew: the service has not shown it yet.
  ///   - isReturned: it was gone, and was submitted again.
  package mutating func enter(_ job: Int64, isNew: Bool, isReturned: Bool) {
    jobs.enter(job, isNew: isNew, isReturned: isReturned)
  }

  /// A verdict was given on the job; it may still be looked for.
  package mutating func ended(_ job: Int64) {
    absences.forget(job)
    jobs.shown(job)
  }

  /// It is watched no more.
  package mutating func forget(_ job: Int64) {
    unanswered.forget(job)
    barred.forget(job)
    stalled.forget(job)
    jobs.forget(job)
  }

  /// What the decision on the job's answer takes from here.
  package func inform(_ context: inout PollContext, about job: Int64) {
    context.clockOffset = clockOffset.value
    context.verdictsHeld = absences.isMass
    context.absencesCountFrom = absences.recoveredAt
    context.failuresBefore = jobs.failures(of: job)
    context.isAlone = unanswered.isOfJob(job) || barred.isOfJob(job) || stalled.isOfJob(job)
  }

  package mutating func note(_ serverDate: Timestamp, at now: Timestamp) {
    clockOffset.note(serverDate, at: now)
  }

  /// A signature was refused for its date.
  package mutating func correctClock(_ serverTime: Timestamp, at now: Timestamp) {
    clockOffset.replace(serverTime, at: now)
  }

  package mutating func clockWasSet(by step: Duration, at now: Timestamp) {
    clockOffset.shift(by: step)
    if let since = outage?.since.wall { outage?.since.wall = since + step }
    if let since = busy?.since.wall { busy?.since.wall = since + step }
    absences.clockWasSet(at: now)
  }
}
