/// The health of one endpoint (one service of one account), as its answers show it. Each answer is recorded, and what
/// comes back says what changed.
///
/// ```
///  answer                      breaker   permission  streak          condition
///  seen, unrecognised          succeeds  succeeds    none            ends all
///  absent                      succeeds  succeeds    absences        absent, once most are
///  busy                        succeeds  succeeds    busyJobs        busy, once no job has an answer
///  forbidden, misconfigured    succeeds  fails       forbiddenJobs   forbidden, misconfigured
///  refused, skewed             succeeds  no word     refused         the account's
///  garbled, unreachable        fails     no word     unanswered      unreachable
///  throttled                   no word   no word     none            throttled, once nothing else came for 15 min
/// ```
package struct EndpointState: Sendable {
  /// The permits of one call, beside its credential's.
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

  /// Open while the endpoint gives no usable answer.
  private(set) var breaker: CircuitBreaker
  /// Open while calls are not allowed (403), or can never work as configured.
  private(set) var permission: CircuitBreaker
  private var unanswered: FailureStreak
  private var forbiddenJobs = FailureStreak(answers: 1)
  private var busyJobs = FailureStreak(neverFewer: true)
  private var refused = FailureStreak()
  private var absences = MassAbsence()
  private var outage: Trouble?
  private var busy: Trouble?
  /// The answers since then said that the quota is used up.
  private var throttling: Trouble?
  /// Polls of a job in a row without a usable answer.
  private var failures: [Int64: Int] = [:]
  package var clockOffset = ClockOffset()

  package init(
    _ key: EndpointKey, breaker policy: BreakerPolicy = BreakerPolicy(),
    probes: ProbePolicy = ProbePolicy(), absence: AbsencePolicy = AbsencePolicy()
  ) {
    (self.key, self.absence, grace) = (key, absence, policy.grace)
    // The streak decides how many failures it takes.
    var once = policy
    once.failures = 1
    breaker = CircuitBreaker(breaker: once)
    unanswered = FailureStreak(jobs: policy.failures, answers: policy.failures)
    permission = CircuitBreaker(threshold: 1, waits: probes.steps)
  }

  // MARK: Calls

  /// When a call may be made with this credential: `uptime` at once, later while a breaker is open; nil: an answer
  /// under way decides.
  package func nextCall(with credential: CircuitBreaker, _ uptime: Duration) -> Duration? {
    var time = uptime
    for breaker in [credential, permission, breaker] {
      switch breaker.readiness(at: uptime) {
      case .closed, .probe: continue
      case .open(let until): time = max(time, until)
      case .awaitingProbe: return nil
      }
    }
    return time
  }

  /// Whether nothing stands in the way of calls, and none is a probe.
  package func isClosed(with credential: CircuitBreaker, at uptime: Duration) -> Bool {
    [credential, permission, breaker].allSatisfy { $0.readiness(at: uptime) == .closed }
  }

  /// Which jobs had better not be asked for by the next call, where it is a probe; nil: no probe is due.
  package func probe(with credential: CircuitBreaker, at uptime: Duration) -> ProbeChoice? {
    guard [credential, permission, breaker].contains(where: { $0.readiness(at: uptime) == .probe }) else { return nil }
    // A job that has no usable answer says nothing of the credential either.
    var choice = ProbeChoice()
    for streak in [refused, forbiddenJobs, unanswered] { choice.avoid(streak) }
    return choice
  }

  /// Lets a call through; nil where it must wait.
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

  package struct Effects: Sendable {
    package enum LogLine: Hashable, Sendable {
      /// Only probes are made from now on.
      case isLeftAlone(cause: String)
      case answersAgain(after: Duration)
      /// One job has no answer now; another may have.
      case isBusy(cause: String)
      /// The quota is used up: the first such answer in a row.
      case isThrottled(code: String)
    }

    package var changes: [ConditionChange] = []
    package var logLines: [LogLine] = []
    /// Asking another job than these shows whether the service is in trouble.
    package var seeksWitness: ProbeChoice?
    /// The end of an outage that left a backlog.
    package var leavesBacklog = false
  }

  /// - Parameters:
  ///   - job: whose answer it is.
  ///   - isLost: the job is only looked for, and its absence says nothing new.
  ///   - isOfEndpoint: any job would have got this answer.
  ///   - watched: jobs of the endpoint.
  package mutating func record(
    _ observation: Observation, of job: Int64, isLost: Bool = false, isOfEndpoint: Bool = false,
    _ permits: Permits, watched: Int, at now: Moment
  ) -> Effects {
    var call = Call(job: job, permits: permits, watched: watched, now: now)
    noteThrottling(observation, &call)
    switch observation {
    case .seen, .unrecognised:
      failures[job] = nil
      absences.shown(job)
      accept(&call)
      endBusy(&call)
      noteAbsence(absences.sighted(at: now), &call)
    case .absent:
      failures[job] = nil
      accept(&call)
      endBusy(&call)
      guard !isLost else { break }
      noteAbsence(absences.absent(job, watched: watched, at: now.uptime, policy: absence), &call)
      call.effects.seeksWitness = absences.seeksWitness(for: job, at: now.uptime, policy: absence)
      for streak in [refused, forbiddenJobs, unanswered, busyJobs] { call.effects.seeksWitness?.avoid(streak) }
    case .busy(let cause):
      failures[job, default: 0] += 1
      accept(&call)
      noteBusy(cause, &call)
    case .throttled:
      breaker.learnNothing(permits.breaker, at: now.uptime)
      permission.learnNothing(permits.permission, at: now.uptime)
    case .garbled(let cause), .unreachable(let cause):
      failures[job, default: 0] += 1
      fail(cause, isOfEndpoint, &call)
    case .refused, .skewed:
      _ = refused.fail(job, watched: 1)
      permission.learnNothing(permits.permission, at: now.uptime)
      answer(&call)
    case .forbidden(let error): bar(.forbidden, error, isOfEndpoint, &call)
    case .misconfigured(let error): bar(.misconfigured, error, isOfEndpoint, &call)
    }
    return call.effects
  }

  /// A call whose answer is recorded, and what that changes.
  private struct Call {
    let job: Int64
    let permits: Permits
    let watched: Int
    let now: Moment
    var effects = Effects()
  }

  /// The service took the call.
  private mutating func accept(_ call: inout Call) {
    answer(&call)
    forbiddenJobs.succeed(call.job)
    refused.succeed(call.job)
    guard permission.succeed(call.permits.permission) == .closed else { return }
    call.effects.changes += ConditionChange.unbarred(key, at: call.now.wall)
  }

  private mutating func answer(_ call: inout Call) {
    let hasClosed = breaker.succeed(call.permits.breaker) == .closed
    unanswered.succeed(call.job)
    guard let outage, !breaker.isOpen else { return }
    self.outage = nil
    call.effects.changes.append(.up(key, .unreachable, at: call.now.wall))
    // One failed call is no news, nor is its end, and it leaves no backlog.
    call.effects.leavesBacklog = hasClosed
    if hasClosed || outage.isTold {
      call.effects.logLines.append(.answersAgain(after: call.now.uptime - outage.since.uptime))
    }
  }

  private mutating func fail(_ cause: String, _ isOfEndpoint: Bool, _ call: inout Call) {
    permission.learnNothing(call.permits.permission, at: call.now.uptime)
    let blame = unanswered.fail(call.job, watched: call.watched, isOfEndpoint: isOfEndpoint)
    if blame == .unsure { call.effects.seeksWitness = ProbeChoice(unanswered) }
    if outage == nil, !unanswered.failing.isEmpty { outage = Trouble(since: call.now, cause: cause) }
    outage?.isConfirmed = true
    guard blame == .service || call.permits.breaker.isProbe,
      breaker.fail(call.permits.breaker, at: call.now.uptime) == .opened
    else { return }
    let since = outage?.since.wall ?? call.now.wall
    call.effects.logLines.append(.isLeftAlone(cause: cause))
    call.effects.changes.append(
      .begins(Condition(.endpoint(key), .unreachable, since: since, cause: cause)))
  }

  private mutating func bar(_ kind: Condition.Kind, _ error: APIError, _ isOfEndpoint: Bool, _ call: inout Call) {
    failures[call.job, default: 0] += 1
    answer(&call)
    let blame = forbiddenJobs.fail(call.job, watched: call.watched, isOfEndpoint: isOfEndpoint)
    if blame == .unsure { call.effects.seeksWitness = ProbeChoice(forbiddenJobs) }
    guard blame == .service || call.permits.permission.isProbe,
      permission.fail(call.permits.permission, at: call.now.uptime) == .opened
    else { return }
    call.effects.changes.append(.barred(key, kind, error, at: call.now.wall))
  }

  private mutating func noteBusy(_ cause: String, _ call: inout Call) {
    let blame = busyJobs.fail(call.job, watched: call.watched)
    if blame == .unsure { call.effects.seeksWitness = ProbeChoice(busyJobs) }
    guard !busyJobs.failing.isEmpty else { return }
    if busy == nil { call.effects.logLines.append(.isBusy(cause: cause)) }
    var trouble = busy ?? Trouble(since: call.now, cause: cause)
    trouble.cause = cause
    if blame == .service, !trouble.isTold, call.now.uptime - trouble.since.uptime >= grace {
      trouble.isTold = true
      call.effects.changes.append(
        .down(key, .busy, since: trouble.since.wall, cause: cause, at: call.now.wall))
    }
    busy = trouble
  }

  /// The service has answered for a job.
  private mutating func endBusy(_ call: inout Call) {
    busyJobs.succeed(call.job)
    if busy?.isTold == true { call.effects.changes.append(.up(key, .busy, at: call.now.wall)) }
    busy = nil
  }

  /// A quota that others use up for minutes is everyday. Where it leaves no call for longer, jobs end unseen.
  private mutating func noteThrottling(_ observation: Observation, _ call: inout Call) {
    guard case .throttled(let throttle) = observation else { return endThrottling(by: observation, &call) }
    if throttling == nil { call.effects.logLines.append(.isThrottled(code: throttle.code)) }
    let code = throttle.code.isEmpty ? "" : " (\(throttle.code))"
    var trouble = throttling ?? Trouble(since: call.now, cause: "its quota is used up" + code)
    if !trouble.isTold, call.now.uptime - trouble.since.uptime >= Self.throttlingGrace {
      trouble.isTold = true
      call.effects.changes.append(
        .down(key, .throttled, since: trouble.since.wall, cause: trouble.cause, at: call.now.wall))
    }
    throttling = trouble
  }

  private static let throttlingGrace = Duration.minutes(15)

  private mutating func endThrottling(by observation: Observation, _ call: inout Call) {
    if throttling?.isTold == true {
      switch observation {
      // They come from in front of the quota.
      case .unreachable, .garbled, .refused, .skewed: return
      default: call.effects.changes.append(.up(key, .throttled, because: "takes calls again", at: call.now.wall))
      }
    }
    throttling = nil
  }

  private func noteAbsence(_ change: MassAbsence.Change?, _ call: inout Call) {
    switch change {
    case .massBegan(let absent, let watched):
      let cause = "\(absent) of \(watched) watched jobs are suddenly unknown to it; no verdict is given on any"
      call.effects.changes.append(.down(key, .absent, cause: cause, at: call.now.wall))
    case .massEnded: call.effects.changes.append(.up(key, .absent, at: call.now.wall))
    case .holdEnded:
      let what = "still knows none of its jobs, and is believed from now on"
      call.effects.changes.append(.up(key, .absent, because: what, at: call.now.wall))
    case nil: break
    }
  }

  // MARK: Telling

  /// Nobody has asked for a while: the outage may be over, and is told once a call has failed.
  package mutating func doubtOutage() {
    if outage?.isTold == false { outage?.isConfirmed = false }
  }

  /// When the outage is to be told; nil: there is none, or it is told.
  package func tellAt() -> Duration? {
    guard let outage, !outage.isTold, outage.isConfirmed, breaker.isOpen else { return nil }
    return outage.since.uptime + grace
  }

  /// `endpoint.down`, for an outage that has outlasted the grace.
  package mutating func tell(at now: Moment) -> ConditionChange? {
    guard let outage, let time = tellAt(), time <= now.uptime else { return nil }
    self.outage?.isTold = true
    return .down(key, .unreachable, since: outage.since.wall, cause: outage.cause, at: now.wall)
  }

  /// Trouble that a restart finds on record: it is neither forgotten nor told twice.
  package mutating func resume(_ condition: Condition, at now: Moment) {
    // What began later than now, by a clock that was ahead, counts from now on.
    let age = max(now.wall - condition.since, .zero)
    var since = now
    (since.wall, since.uptime) = (condition.since, now.uptime - age)
    let isTold = condition.toldAt != nil
    switch condition.kind {
    case .forbidden, .misconfigured: permission.resumeOpen(at: now.uptime)
    case .unreachable:
      breaker.resumeOpen(at: now.uptime)
      outage = Trouble(since: since, cause: condition.cause, isTold: isTold, isConfirmed: isTold)
    case .busy: busy = Trouble(since: since, cause: condition.cause, isTold: isTold)
    case .throttled: throttling = Trouble(since: since, cause: condition.cause, isTold: isTold)
    case .absent:
      // Its hold was not over while jobwatch ran: it stopped since, or the clock was set.
      absences.resumeMass(since: age < absence.massHold ? since.uptime : now.uptime)
    case .pausedByHand, .refused, .lockedOut, .unconfigured, .failing, .stopped: break
    }
  }

  // MARK: Jobs and clocks

  /// A job begins to be watched.
  /// - Parameters:
  ///   - isNew: the service has not shown it yet.
  ///   - isReturned: it was gone, and was submitted again.
  package mutating func beginWatching(_ job: Int64, isNew: Bool, isReturned: Bool) {
    absences.beginWatching(job, isNew: isNew, isReturned: isReturned)
  }

  /// A verdict was given on the job; it may still be looked for.
  package mutating func ended(_ job: Int64) {
    absences.forget(job)
    absences.shown(job)
  }

  package mutating func forget(_ job: Int64) {
    unanswered.forget(job)
    forbiddenJobs.forget(job)
    busyJobs.forget(job)
    failures[job] = nil
    absences.forget(job)
    absences.shown(job)
  }

  /// Fills in what the decision on a job's answer takes from here.
  package func inform(_ context: inout PollContext, about job: Int64) {
    context.clockOffset = clockOffset.value
    context.verdictsHeld = absences.holdsVerdict(on: job)
    context.absencesCountFrom = absences.recoveredAt
    context.failuresBefore = failures[job] ?? 0
    context.failsAlone = unanswered.isOfJob(job) || forbiddenJobs.isOfJob(job) || busyJobs.isOfJob(job)
  }

  package mutating func clockWasSet(by step: Duration, at now: Timestamp) {
    clockOffset.shift(by: step)
    if let since = outage?.since.wall { outage?.since.wall = since + step }
    if let since = busy?.since.wall { busy?.since.wall = since + step }
    if let since = throttling?.since.wall { throttling?.since.wall = since + step }
    absences.clockWasSet(at: now)
  }
}
