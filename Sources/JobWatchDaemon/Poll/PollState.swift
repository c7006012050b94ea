import CloudAPI
import JobWatchConfiguration
import JobWatchCore
import JobWatchStore
import Logging
import PollPlanning

/// A job that was taken from the queue, and what its call is made with, whatever the account has by the time of the answer.
struct PollCall: Sendable {
  /// As it was in the queue: it keeps its place there if the answer says nothing of it.
  let poll: ScheduledPoll
  /// Of the endpoint, among all.
  let index: Int
  let credential: AccountState.ActiveCredential
  let credentialPermit: CircuitBreaker.Permit
  let endpointPermits: EndpointState.Permits
  /// The uptime at which it was taken.
  let takenAt: Duration

  var job: Int64 { poll.job }
}

/// The endpoints and their health, the accounts, and the queue of jobs. It decides which calls are made and what an answer
/// changes; the poller makes the calls and commits what follows.
struct PollState: Sendable {
  private(set) var endpoints: [WatchedEndpoint]
  private let positions: [EndpointKey: Int]
  private let grace: Duration
  var accounts: Accounts
  var queue: PollQueue

  /// Throws `SecretError` when a secret cannot be read.
  init(_ configuration: Configuration, _ logins: [AccountLogin]) throws {
    grace = configuration.breaker.grace
    accounts = try Accounts(logins, probes: configuration.probes)
    queue = configuration.pollQueue
    endpoints = configuration.endpoints(in: queue)
    positions = Dictionary(uniqueKeysWithValues: endpoints.enumerated().map { ($1.key, $0) })
  }

  // MARK: Jobs and conditions

  /// Takes over what is on record after a start, and what the last configuration knew of the accounts.
  mutating func resume(_ conditions: [Condition], _ past: Accounts?, at now: Moment) {
    accounts.resume(conditions, at: now)
    for condition in conditions {
      guard case .endpoint(let key) = condition.subject, let index = positions[key] else { continue }
      endpoints[index].state.resume(condition, at: now)
    }
    guard let past else { return }
    accounts.takeOver(past, at: now.uptime)
    for index in endpoints.indices {
      guard let offset = accounts.clockOffsets[endpoints[index].key.account] else { continue }
      endpoints[index].state.clockOffset = offset
    }
  }

  /// Counts jobs that are admitted to the queue once all are counted.
  mutating func enroll(_ jobs: [ScheduledJob], at now: Moment) {
    note(jobs)
    queue.enroll(jobs, at: now)
  }

  mutating func add(_ jobs: [ScheduledJob], at now: Moment) {
    note(jobs)
    queue.add(jobs, at: now)
  }

  private mutating func note(_ jobs: [ScheduledJob]) {
    for job in jobs {
      guard let index = positions[job.endpoint], !queue.isInFlight(job.id, endpoints[index].place) else { continue }
      enter(job, at: index)
    }
  }

  private mutating func enter(_ job: ScheduledJob, at index: Int) {
    endpoints[index].state.beginWatching(job.id, isNew: !job.isSeen && !job.isLost, isReturned: job.isReopened)
  }

  /// Pauses by hand begin and end on record alone.
  mutating func takePauses(_ conditions: [Condition]) {
    let paused = endpoints.indices.filter(isPaused)
    accounts.takePauses(conditions)
    for index in paused where !isPaused(index) { endpoints[index].state.doubtOutage() }
  }

  mutating func clockWasSet(by step: Duration, at now: Timestamp) {
    accounts.clockWasSet(by: step)
    for index in endpoints.indices { endpoints[index].state.clockWasSet(by: step, at: now) }
  }

  // MARK: Calls

  private func isPaused(_ index: Int) -> Bool { accounts.isPausedByHand(endpoints[index].key.account) }

  /// When the endpoint's next call is worth a try, and what it is to find out; nil: only an answer, a job or a credential
  /// can change it.
  private func next(_ index: Int, _ uptime: Duration) -> (time: Duration, probe: ProbeChoice?)? {
    guard !isPaused(index), let breaker = accounts.breaker(of: endpoints[index].key.account, at: uptime),
      let nextCall = endpoints[index].state.nextCall(with: breaker, uptime)
    else { return nil }
    let probe = endpoints[index].state.probe(with: breaker, at: uptime)
    let due = queue.readyAt(endpoints[index].place, uptime, probe: probe)
    return due.map { (max($0, nextCall), probe) }
  }

  func nextWork(at now: Moment) -> Duration? {
    var times = [accounts.nextWork(grace: grace, at: now)]
    for index in endpoints.indices where !isPaused(index) {
      times += [next(index, now.uptime)?.time, endpoints[index].state.tellAt()]
    }
    return times.compactMap(\.self).min()
  }

  /// Takes all that is due and may be asked for now, with its calls counted.
  mutating func take(at uptime: Duration) -> [PollCall] {
    unparkJobs(at: uptime)
    var taken: [PollCall] = []
    for index in dueEndpoints(at: uptime) {
      while let call = take(from: index, at: uptime) { taken.append(call) }
    }
    return taken
  }

  /// Jobs that were parked for their project are due again when the account's has become that one.
  private mutating func unparkJobs(at uptime: Duration) {
    for index in endpoints.indices {
      guard let project = accounts.credential(of: endpoints[index].key.account, at: uptime)?.projectID,
        project != endpoints[index].projectID
      else { continue }
      endpoints[index].projectID = project
      queue.unpark(endpoints[index].place, at: uptime)
    }
  }

  /// Endpoints with jobs: first those that did not refuse the credential last, then by their first due times. So the one
  /// call that proves a credential is not always for the same service.
  private func dueEndpoints(at uptime: Duration) -> [Int] {
    endpoints.indices.compactMap { index -> (refused: Duration, due: Duration, index: Int)? in
      guard !isPaused(index) else { return nil }
      return queue.first(endpoints[index].place).map { (endpoints[index].refusedAt ?? .zero, $0.due, index) }
    }.sorted { ($0.refused, $0.due) < ($1.refused, $1.due) }.map(\.index)
  }

  private mutating func take(from index: Int, at uptime: Duration) -> PollCall? {
    guard let next = next(index, uptime), next.time <= uptime,
      let credential = accounts.credential(of: endpoints[index].key.account, at: uptime),
      let poll = queue.take(from: endpoints[index].place, at: uptime, probe: next.probe)
    else { return nil }
    let permit = accounts.enter(credential, at: uptime)
    guard let permit, let permits = endpoints[index].state.enter(at: uptime) else {
      if let permit { accounts.release(permit, credential, at: uptime) }
      queue.withdraw(poll)
      return nil
    }
    return PollCall(
      poll: poll, index: index, credential: credential, credentialPermit: permit, endpointPermits: permits,
      takenAt: uptime)
  }

  /// Gives back what was taken, because no call can be made now.
  mutating func withdraw(_ calls: [PollCall], at uptime: Duration) {
    for call in calls {
      release(call, at: uptime)
      queue.withdraw(call.poll, until: uptime + .seconds(1))
    }
  }

  private mutating func release(_ call: PollCall, at uptime: Duration) {
    accounts.release(call.credentialPermit, call.credential, at: uptime)
    endpoints[call.index].state.release(call.endpointPermits, at: uptime)
  }

  /// Whether the account has the project and region of the job now. A job whose project was not known at its registration
  /// belongs to the account's.
  func fits(_ call: PollCall, _ target: JobTable.PollTarget) -> Bool {
    target.region == endpoints[call.index].region
      && (target.projectID.isEmpty || target.projectID == call.credential.projectID)
  }

  /// Parks the job of a call that is not made. True: it is the endpoint's first that is parked.
  mutating func park(_ call: PollCall, at uptime: Duration) -> Bool {
    let isFirst = queue.hasNoneParked(call.poll.endpoint)
    release(call, at: uptime)
    queue.park(call.poll)
    return isFirst
  }

  // MARK: Answers

  /// What an answer is about: a credential that one service refuses, and another has taken since it did so before, is
  /// not allowed there, and good.
  mutating func attribute(_ answer: Answer, of call: PollCall, at uptime: Duration) -> Answer {
    switch answer.observation {
    case .seen, .unrecognised, .absent, .busy, .forbidden, .misconfigured:
      endpoints[call.index].accepted = (call.credential.fingerprint, call.takenAt)
      endpoints[call.index].refusedAt = nil
    case .refused(let error):
      let before = endpoints[call.index].refusedAt ?? uptime
      let isTakenElsewhere = endpoints.contains { other in
        other.refusedAt == nil && other.accepted?.fingerprint == call.credential.fingerprint
          && other.accepted.map { $0.at > before } ?? false
      }
      if isTakenElsewhere { return Answer(.forbidden(error), evidence: answer.evidence) }
      endpoints[call.index].refusedAt = uptime
    case .skewed, .throttled, .garbled, .unreachable: break
    }
    return answer
  }

  /// A signature was refused for its date.
  mutating func correctClock(of call: PollCall, _ serverTime: Timestamp, at now: Timestamp) {
    learnClock(of: call.index) { $0.replace(serverTime, at: now) }
  }

  /// Endpoints of the account that have not answered yet take the time over. They would refuse signatures, too, a dozen at
  /// a time, and many refusals lock the key.
  private mutating func learnClock(of index: Int, _ learn: (inout ClockOffset) -> Void) {
    learn(&endpoints[index].state.clockOffset)
    let account = endpoints[index].key.account
    accounts.noteClock(endpoints[index].state.clockOffset, of: account)
    for other in endpoints.indices
    where endpoints[other].key.account == account && !endpoints[other].state.clockOffset.isKnown {
      learn(&endpoints[other].state.clockOffset)
    }
  }

  mutating func record(_ answer: Answer, of call: PollCall, at now: Moment) -> EndpointState.Effects {
    let (index, place) = (call.index, call.poll.endpoint)
    if let date = answer.evidence?.serverDate { learnClock(of: index) { $0.note(date, at: now.wall) } }
    // A credential that the service refuses is refused for every job.
    let isRefusal = if case .forbidden = answer.observation { endpoints[index].refusedAt != nil } else { false }
    var effects = endpoints[index].state.record(
      answer.observation, of: call.job, isLost: call.poll.isLost,
      isOfEndpoint: isRefusal || answer.isOfEndpoint, call.endpointPermits, watched: queue.watched(place), at: now)
    if let choice = effects.seeksWitness { queue.hasten(place, otherThan: choice, at: now.uptime) }
    if effects.leavesBacklog { queue.reorderBacklog(place, at: now.uptime) }
    if case .refused = answer.observation { seekWitness(beside: index, at: now.uptime) }
    if case .throttled(let throttle) = answer.observation {
      for other in endpoints.indices
      where other == index || (throttle.perHost && endpoints[other].url == endpoints[index].url) {
        queue[limiter: endpoints[other].place].throttled(throttle, at: now.uptime)
      }
    }
    effects.changes += accounts.record(answer.observation, call.credentialPermit, call.credential, at: now)
    return effects
  }

  /// Whether an account's credential is refused or one service's shows at another, whose next poll may be hours away.
  private mutating func seekWitness(beside index: Int, at uptime: Duration) {
    let witness = endpoints.first { other in
      other.key.account == endpoints[index].key.account && other.refusedAt == nil && queue.watched(other.place) > 0
    }
    if let witness { queue.hasten(witness.place, otherThan: ProbeChoice(), at: uptime) }
  }

  /// The settings and facts for the decision on the job.
  mutating func decisionInput(
    of call: PollCall, _ observation: Observation, clockSetAt: Timestamp?, at uptime: Duration
  ) -> (context: PollContext, knowledge: PollQueue.TypeKnowledge) {
    let endpoint = endpoints[call.index]
    let type = observation.report?.jobType.map {
      DurationKey(service: endpoint.key.service, jobType: $0, region: endpoint.region)
    }
    let knowledge = queue.knowledge(of: call.poll, type: type, at: uptime)
    var context = PollContext(endpoint.policies, pace: knowledge.pace)
    (context.stuckAge, context.completions) = (knowledge.stuckAge, knowledge.model.completions)
    context.clockSetAt = clockSetAt
    endpoint.state.inform(&context, about: call.job)
    return (context, knowledge)
  }

  /// The answer is on record.
  mutating func record(_ outcome: PollOutcome, of call: PollCall, _ knowledge: PollQueue.TypeKnowledge, at now: Moment)
  {
    let index = call.index
    if outcome.isFinal { endpoints[index].state.ended(call.job) }
    let renewed = queue.record(outcome, of: call.poll, knowledge, at: now)
    if outcome.next == .never || renewed != nil { endpoints[index].state.forget(call.job) }
    if let renewed { enter(renewed, at: index) }
  }

  /// The troubles that have lasted long enough to be told now.
  mutating func tell(at now: Moment) -> [ConditionChange] {
    let outages = endpoints.indices.compactMap { index in
      isPaused(index) ? nil : endpoints[index].state.tell(at: now)
    }
    return outages + accounts.tellLockouts(after: grace, at: now)
  }

  // MARK: Calls for the progress of tasks

  /// Counts a call for a task's progress, and returns its query. Nil: it must not be made, because due polls come first,
  /// and the quota keeps a call in reserve for them.
  mutating func lend(_ request: TaskProgressRequest, at now: Moment) -> JobQuery? {
    guard let index = positions[request.endpoint], !isPaused(index),
      let breaker = accounts.breaker(of: request.endpoint.account, at: now.uptime),
      endpoints[index].state.isClosed(with: breaker, at: now.uptime),
      queue.hasSpareCall(endpoints[index].place, at: now.uptime),
      let credential = accounts.credential(of: request.endpoint.account, at: now.uptime)
    else { return nil }
    queue[limiter: endpoints[index].place].spend(at: now.uptime)
    return endpoints[index].query(for: request.jobID, with: credential, at: now.wall)
  }

  mutating func returned(_ request: TaskProgressRequest, at uptime: Duration) {
    guard let index = positions[request.endpoint] else { return }
    queue[limiter: endpoints[index].place].finish(at: uptime)
  }

  /// The clouds' clock at an account's endpoints minus ours.
  func clockOffset(of account: String) -> Duration {
    accounts.clockOffsets[account]?.value ?? .zero
  }
}

extension Observation {
  /// Of an answer that showed the job.
  var report: JobReport? {
    switch self {
    case .seen(_, let report), .unrecognised(let report): report
    default: nil
    }
  }

  var isSighting: Bool { report != nil }
}

extension EndpointState.Effects.LogLine {
  /// - Parameter jobID: of the job that was asked for.
  func report(of jobID: String, at endpoint: EndpointKey, to log: Logger) {
    let endpoint = Logger.MetadataValue("\(endpoint)")
    switch self {
    case .isThrottled(let code):
      log.notice("the cloud's quota is used up; calls wait", metadata: ["endpoint": endpoint, "code": "\(code)"])
    case .isLeftAlone(let cause):
      log.warning(
        "an endpoint gives no usable answer and is only probed until it does",
        metadata: ["endpoint": endpoint, "cause": "\(cause)"])
    case .answersAgain(let time):
      log.notice("an endpoint answers again", metadata: ["endpoint": endpoint, "after": "\(time.spoken)"])
    case .isBusy(let cause):
      log.notice(
        "a service has no answer for a job now",
        metadata: ["endpoint": endpoint, "job": "\(jobID)", "cause": "\(cause)"])
    }
  }
}
