import CloudAPI
import JobWatchConfiguration
import JobWatchCore
import JobWatchStore
import Logging
import PollPlanning
import Synchronization

/// Asks the clouds about whatever is due: takes from the queue, asks, commits the answer, and reports back.
///
/// `work` stores what has come about, starts calls and returns. Calls go on beside it, so one that hangs delays no other.
/// Answers that come within a tick are stored in one transaction. `PollState` decides whether and whom to ask, and what an
/// answer changes. It is built from the rows at a start; new jobs are read from the event table, so a lost hint costs half
/// a minute at most.
package actor Poller: Worker {
  package nonisolated let name = Poller.loop
  package static let loop = "poller"

  private let store: Store
  private let routes: RouteTable
  private let clients: [String: CloudClient]
  private let clock: Clock
  private let log: Logger
  private let alarm: Alarm
  private let memory: CredentialMemory
  private let health: LoopHealth
  private let progress: TaskProgressRequests?
  private let calls: CallsInFlight
  private nonisolated let hasNews = Atomic(true)
  private nonisolated let hastened = Mutex<Set<Int64>>([])

  private(set) var state: PollState
  /// The newest event that was looked at for new jobs; nil before the schedule is loaded.
  private var seenSeq: Int64?
  private var reviewedAt = Duration.zero
  private var clockWatch = ClockWatch()
  private(set) var clockSetAt: Timestamp?
  /// Times of jobs may be stored that are later than now: at a start, and after the clock was set back.
  private var mayHaveTimesAhead = true
  /// In the order in which it came about.
  private var unstored: [Unstored] = []
  /// Wakes the loop for the answers of a tick.
  private var tickEnd: (any Sendable)?

  /// Due times are served and answers stored in ticks, so that a thousand polls a second do not wake the loop, and the
  /// disk, a thousand times.
  private static let tick = Duration.milliseconds(10)
  private static let rowsAtOnce = 10_000
  /// Of a job whose row cannot be read.
  private static let retryAfter = Duration.seconds(5)

  package init(
    configuration: Configuration, store: Store, clients: [String: CloudClient],
    logins: [AccountLogin], clock: @escaping Clock, alarm: Alarm, log: Logger,
    memory: CredentialMemory = CredentialMemory(), health: LoopHealth = LoopHealth(loop),
    progress: TaskProgressRequests? = nil
  ) throws {
    self.store = store
    self.clients = clients
    self.clock = clock
    self.alarm = alarm
    self.log = log
    self.memory = memory
    self.progress = progress
    self.health = health
    calls = CallsInFlight(health, alarm.time)
    routes = configuration.routeTable
    state = try PollState(configuration, logins)
  }

  /// New jobs may be there, or an account may be paused by hand.
  /// - Parameter hastened: known jobs that are due earlier than before.
  package nonisolated func hint(_ hastened: Set<Int64> = []) {
    self.hastened.withLock { $0.formUnion(hastened) }
    hasNews.store(true, ordering: .releasing)
    alarm.ring()
  }

  package func work(at now: Moment) async throws -> Duration? {
    noteClock(now)
    if seenSeq == nil { try await load(at: now) }
    // A hint of new jobs may be lost, and prices change slowly.
    let isReview = now.uptime - reviewedAt >= alarm.longestWait
    if hasNews.exchange(false, ordering: .acquiring) || isReview { try await takeNews(at: now) }
    if isReview { try await review(at: now.uptime) }
    tellTroubles(at: now)
    for account in state.accounts.takeLogins(at: now.uptime) {
      calls.run { await self.logIn(account) }
    }
    // No call is made while answers cannot be stored, because the calls would be wasted.
    try await storeUnstored()
    health.turns(at: clock().awake)
    // After the answers, which may have come before the clock was set back.
    await boundJobTimes(at: now.wall)
    try await startCalls(at: now)
    let end = clock()
    let longest = end.uptime + alarm.longestWait
    return max(min(state.nextWork(at: end) ?? longest, longest), end.uptime + Self.tick)
  }

  private func tellTroubles(at now: Moment) {
    state.accounts.refresh(at: now.uptime, log: log)
    unstored += state.tell(at: now).map(Unstored.change)
  }

  /// Waits for answers that are nearly there, because their calls are spent. A call that was lent may outlast it: the last
  /// records count that one as under way.
  package func finish() async {
    await calls.finish()
    tellTroubles(at: clock())
    // A poller that never worked knows nothing: what the one before it knew is for the next.
    if seenSeq != nil { memory.keep(state.accounts, clockWatch) }
    do {
      try await storeUnstored()
    } catch {
      log.warning("the last answers cannot be stored: the next start polls again", metadata: ["error": "\(error)"])
    }
    let limiters = state.queue.lastRecords(at: clock())
    guard !limiters.isEmpty else { return }
    do {
      try await store.write { try $0.budgets.save(limiters) }
    } catch {
      log.warning(
        "what is left of the quotas cannot be stored: the next start assumes that less is left",
        metadata: ["error": "\(error)"])
    }
  }

  /// Jobs whose time has come, whether or not anything stands in the way of their poll.
  package func due(at uptime: Duration) -> Int { state.queue.due(at: uptime) }

  // MARK: Jobs

  func load(at now: Moment) async throws {
    try await noteConfigured(at: now.wall)
    let (learned, ends, limiters, seq, conditions) = try await store.read { [log] transaction in
      (
        try transaction.durations.all(), try transaction.jobs.recentEnds(PollQueue.recentEnds),
        try transaction.budgets.all { endpoint, error in
          log.warning(
            "what is left of a quota cannot be read: it is learned anew",
            metadata: [
              "account": "\(endpoint.account)", "service": "\(endpoint.service)",
              "error": "\(error)",
            ])
        },
        try transaction.events.lastSeq(), try transaction.conditions.open()
      )
    }
    state.queue.restore(limiters, at: now)
    // An attempt before this one may have counted jobs already.
    for key in state.queue.restore(learned: learned.map { ($0.key, $0.model) }, ends: ends) {
      log.warning(
        """
        what was learned of a type's durations cannot be read, and stays as it is: until it is deleted from the table \
        `duration`, or a later jobwatch reads it, what this one learns of the type lasts until its next start
        """,
        metadata: [
          "service": "\(key.service)", "type": "\(key.jobType)", "region": "\(key.region)",
        ])
    }
    try await loadJobs(at: now)
    state.queue.reorderBacklog(at: now.uptime)
    state.resume(conditions, memory.take(at: now), at: now)
    seenSeq = seq
    log.info("the schedule is loaded", metadata: ["jobs": "\(state.queue.count)"])
  }

  private func noteConfigured(at now: Timestamp) async throws {
    let (names, routes) = (Set(state.accounts.states.keys), routes)
    let parked = try await store.write {
      try $0.noteConfigured(accounts: names, at: now, routes: routes)
    }
    guard !parked.isEmpty else { return }
    log.notice(
      "accounts are not configured: their jobs are parked until they are again",
      metadata: ["accounts": "\(parked.joined(separator: ", "))"])
  }

  /// Reads some rows at a time, because a million rows take ten times the memory of a million polls.
  private func loadJobs(at now: Moment) async throws {
    var last: Int64? = 0
    while let after = last {
      let jobs = try await store.read {
        try $0.jobs.schedule(after: after, limit: Self.rowsAtOnce)
      }
      last = jobs.count == Self.rowsAtOnce ? jobs.last?.id : nil
      state.enroll(jobs, at: now)
      health.turns(at: clock().awake)
    }
    // The price that meets a target follows from the running jobs, and the plans from it.
    try await review(at: now.uptime)
    state.queue.admit(at: now.uptime)
  }

  private func takeNews(at now: Moment) async throws {
    let after = seenSeq ?? 0
    let hastened = hastened.withLock { hastened in
      defer { hastened = [] }
      return hastened
    }
    do {
      let (jobs, seq, conditions) = try await store.read { transaction in
        (
          try transaction.jobs.scheduled(after: after, and: hastened), try transaction.events.lastSeq(),
          try transaction.conditions.open()
        )
      }
      state.takePauses(conditions)
      state.add(jobs, at: now)
      seenSeq = seq
    } catch {
      self.hastened.withLock { $0.formUnion(hastened) }
      hasNews.store(true, ordering: .releasing)
      throw error
    }
  }

  /// Finds the price that meets the target, and forgets types that found no room.
  private func review(at uptime: Duration) async throws {
    reviewedAt = uptime
    state.queue.reprice(at: uptime)
    let forgotten = state.queue.forgotten
    guard !forgotten.isEmpty else { return }
    do {
      try await store.write { transaction in
        for key in forgotten { try transaction.durations.forget(key) }
      }
    } catch {
      // It is tried again with the next review, and polls go on.
      return log.warning("job types without room stay for now", metadata: ["error": "\(error)"])
    }
    state.queue.noteDeleted(forgotten)
    log.notice(
      "there are too many job types; the durations learned of those that ended least recently are deleted",
      metadata: ["types": "\(forgotten.count)", "first": "\(forgotten[0])"])
  }

  // MARK: The wall clock

  /// The clouds' times are told by the wall clock, and ages with them.
  private func noteClock(_ now: Moment) {
    guard let step = clockWatch.step(at: now) else { return }
    let change = step < .zero ? "\((.zero - step).spoken) back" : "\(step.spoken) ahead"
    log.notice("the system's clock was set", metadata: ["by": "\(change)"])
    clockSetAt = now.wall
    if step < .zero { mayHaveTimesAhead = true }
    state.clockWasSet(by: step, at: now.wall)
  }

  /// Brings back times that are later than now. It is tried again while the database takes nothing, and polls go on.
  private func boundJobTimes(at now: Timestamp) async {
    guard mayHaveTimesAhead else { return }
    do {
      if try await store.read({ try $0.jobs.hasTimesAhead(of: now) || $0.conditions.hasTimesAhead(of: now) }) {
        try await store.write {
          try $0.jobs.boundTimes(at: now)
          try $0.conditions.boundTimes(at: now)
        }
        log.notice("what was recorded while the clock was ahead counts from now on")
      }
      mayHaveTimesAhead = false
    } catch {
      log.debug("times that are ahead stay for now", metadata: ["error": "\(error)"])
    }
  }

  // MARK: Calls

  private func logIn(_ account: AccountState) async {
    let name = account.name
    let cloudTime = clock().wall + state.clockOffset(of: name)
    let result = await account.login.obtain(account.secrets, at: cloudTime)
    guard !calls.isAbandoned else { return }
    // Once for each cause: it is tried again every minute.
    if case .failure(let failure) = result, failure.error != account.lockout?.error {
      log.warning("an account cannot log in", metadata: ["account": "\(name)", "cause": "\(failure.error.text)"])
    }
    unstored += state.accounts.record(name, account.secrets, result, at: clock()).map(Unstored.change)
    // Calls waited for it, and a failed log-in has a next attempt.
    alarm.ring()
  }

  private func startCalls(at now: Moment) async throws {
    let taken = state.take(at: now.uptime)
    guard !taken.isEmpty else { return }
    let targets: [Int64: JobTable.PollTarget]
    do {
      try await saveLimiters()
      let rows = try await store.read { [ids = taken.map(\.job)] in try $0.jobs.pollTargets(ids) }
      targets = Dictionary(uniqueKeysWithValues: rows.map { ($0.id, $0) })
    } catch {
      state.withdraw(taken, at: now.uptime)
      throw error
    }
    for call in taken {
      let target = targets[call.job]
      if let target, state.fits(call, target) {
        calls.run { await self.poll(call, target) }
      } else if state.park(call, at: now.uptime), let target {
        log.warning(
          "jobs are parked: their account now names another project or region",
          metadata: [
            "endpoint": "\(state.endpoints[call.index].key)", "first": "\(target.jobID)",
          ])
      }
    }
  }

  private func poll(_ call: PollCall, _ target: JobTable.PollTarget) async {
    var answer = await ask(target.jobID, call)
    // A signature that was refused for its date is made once more, by the clock that the cloud told.
    if case .skewed(let serverTime?, _) = answer.observation {
      state.correctClock(of: call, serverTime, at: clock().wall)
      if await spend(on: call) { answer = await ask(target.jobID, call) }
    }
    guard !calls.isAbandoned else { return }
    take(answer, of: call, target, at: clock())
  }

  private func ask(_ jobID: String, _ call: PollCall) async -> Answer {
    let endpoint = state.endpoints[call.index]
    guard let client = clients[endpoint.key.account] else {
      return Answer(.unreachable("the account is not configured"))
    }
    let answer = await client.ask(endpoint.query(for: jobID, with: call.credential, at: clock().wall))
    state.queue[limiter: call.poll.endpoint].finish(at: clock().uptime)
    return answer
  }

  /// Counts one more call beside those that the queue has counted, even where the quota is used up: at worst it is
  /// throttled, and without it the account would be told as refused. False: it must not be made.
  private func spend(on call: PollCall) async -> Bool {
    state.queue[limiter: call.poll.endpoint].spend(at: clock().uptime)
    do {
      try await saveLimiters()
      return true
    } catch {
      state.queue[limiter: call.poll.endpoint].withdraw()
      return false
    }
  }

  /// Calls are counted on record before they are made, because a crash would make the next process forget them.
  private func saveLimiters() async throws {
    let limiters = state.queue.dueRecords(at: clock())
    guard !limiters.isEmpty else { return }
    try await store.write { try $0.budgets.save(limiters) }
    state.queue.noteSaved(limiters)
  }

  // MARK: Answers, and what is stored of them

  private func take(_ answer: Answer, of call: PollCall, _ target: JobTable.PollTarget, at now: Moment) {
    noteClock(now)
    let answer = state.attribute(answer, of: call, at: now.uptime)
    let effects = state.record(answer, of: call, at: now)
    for line in effects.logLines {
      line.report(of: target.jobID, at: state.endpoints[call.index].key, to: log)
    }
    let (context, knowledge) = state.decisionInput(of: call, answer.observation, clockSetAt: clockSetAt, at: now.uptime)
    let transaction = PollTransaction(
      poll: call.poll, projectID: call.credential.projectID, answer: answer, at: now.wall, context: context,
      routes: routes, key: knowledge.key, model: knowledge.model)
    unstored += effects.changes.map(Unstored.change)
    unstored.append(
      .answer(ArrivedAnswer(call: call, target: target, now: now, knowledge: knowledge, transaction: transaction)))
    if tickEnd == nil { tickEnd = alarm.time.wake(Self.tick) { [alarm] in alarm.ring() } }
  }

  /// Stores in one transaction what has come about. What cannot be stored stays, and the loop tries again.
  private func storeUnstored() async throws {
    tickEnd = nil
    let batch = unstored
    guard !batch.isEmpty else { return }
    // What a throttling answer taught must survive a crash.
    let limiters = state.queue.dueRecords(at: clock())
    let outcomes = try await store.write { [routes] transaction in
      try transaction.budgets.save(limiters)
      return try batch.compactMap { try $0.store(transaction, routes) }
    }
    state.queue.noteSaved(limiters)
    unstored.removeFirst(batch.count)
    for (answer, outcome) in outcomes { finish(answer, outcome) }
  }

  private func finish(_ answer: ArrivedAnswer, _ outcome: Result<PollOutcome, any Error>) {
    let call = answer.call
    switch outcome {
    case .success(let outcome):
      state.record(outcome, of: call, answer.knowledge, at: answer.now)
      guard let task = answer.target.task, answer.transaction.answer.observation.isSighting else { return }
      progress?.request(
        TaskProgressRequest(
          job: call.job, task: task, endpoint: state.endpoints[call.index].key, jobID: answer.target.jobID))
    case .failure(let error):
      // A record that cannot be read concerns no other.
      log.error("an answer cannot be stored", metadata: ["job": "\(answer.target.jobID)", "error": "\(error)"])
      state.queue.putBack(call.poll, until: clock().uptime + Self.retryAfter)
    }
  }

  // MARK: Calls for the progress of tasks

  func lend(_ request: TaskProgressRequest) -> JobQuery? {
    calls.isFinishing ? nil : state.lend(request, at: clock())
  }

  /// The lent call is over. Polls may have waited for it.
  func returned(_ request: TaskProgressRequest) {
    state.returned(request, at: clock().uptime)
    alarm.ring()
  }
}
