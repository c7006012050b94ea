import CloudAPI
import JobWatchConfiguration
import JobWatchCore
import JobWatchStore
import Logging
import PollPlanning
import Synchronization

/// Asks the clouds about whatever is due: takes from the queue, asks, commits the answer, and reports back.
///
/// `work` starts calls and returns. Each answer comes back as a message of its own, so a call that hangs delays no other.
/// `PollState` decides whether and whom to ask, and what an answer changes. It is built from the rows at a start; new
/// jobs are read from the event table, so a lost hint costs half a minute at most.
package actor Poller: Worker {
  package nonisolated let name = Poller.loop
  /// The name of its loop in conditions.
  package static let loop = "poller"

  private let store: Store
  private let routes: RouteTable
  private let clients: [String: CloudClient]
  private let clock: Clock
  private let log: Logger
  private let alarm: Alarm
  private let memory: CredentialMemory
  private let health: LoopHealth
  private let progress: TaskProgressRequests
  private nonisolated let hasNews = Atomic(true)

  private(set) var state: PollState
  private var calls = CallsInFlight()
  private var rounds = PollRounds()
  private(set) var wall = WallClockState()
  private var unsaved = UnsavedChanges()

  package init(
    configuration: Configuration, store: Store, clients: [String: CloudClient],
    logins: [AccountLogin], clock: @escaping Clock, alarm: Alarm, log: Logger,
    memory: CredentialMemory = CredentialMemory(), pulse: LoopHealth = LoopHealth("poller"),
    progress: TaskProgressRequests = TaskProgressRequests()
  ) throws {
    self.store = store
    self.clients = clients
    self.clock = clock
    self.alarm = alarm
    self.log = log
    self.memory = memory
    self.progress = progress
    health = pulse
    routes = configuration.routeTable
    state = try PollState(configuration, logins)
  }

  /// New jobs may be there, or an account may be paused by hand.
  package nonisolated func hint() {
    hasNews.store(true, ordering: .releasing)
    alarm.ring()
  }

  package func work(at now: Moment) async throws -> Duration? {
    noteClock(now)
    await boundJobTimes(at: now)
    if !rounds.isLoaded { try await load(at: now) }
    try await takeNews(at: now)
    try await review(at: now.uptime)
    state.accounts.refresh(at: now.uptime, log: log)
    startLogins(at: now)
    unsaved.changes += state.tell(at: now)
    try await saveChanges()
    if unsaved.retryAt ?? .zero <= now.uptime {
      try await startCalls(at: now)
      // No call is under way, so no answer waits to be stored.
      if calls.isEmpty { answersCanBeStored(at: now) }
    }
    let end = clock()
    let longest = end.uptime + Alarm.longestWait
    let next = min(state.nextWork(at: end) ?? longest, longest)
    rounds.wakesAt = max(next, end.uptime + PollRounds.tick, unsaved.retryAt ?? .zero)
    return rounds.wakesAt
  }

  /// Answers that are nearly there are waited for, because their calls are spent.
  package func finish() async {
    await drain(calls.close(), timeout: .seconds(3))
    // A poller that never worked knows nothing: what the one before it knew is for the next.
    if rounds.isLoaded { memory.keep(state.accounts) }
    let limiters = state.queue.lastRecords(at: clock())
    guard !limiters.isEmpty else { return }
    do {
      try await store.write { try $0.save(limiters) }
    } catch {
      log.warning(
        "what is left of the quotas cannot be stored: the next start takes less to be left",
        metadata: ["error": "\(error)"])
    }
  }

  /// Jobs whose time has come, whether or not anything stands in the way of their poll.
  package func due(at uptime: Duration) -> Int { state.queue.due(at: uptime) }

  // MARK: What is to be watched

  func load(at now: Moment) async throws {
    try await noteConfigured(at: now.wall)
    let log = log
    let (learned, ends, limiters, seq, conditions) = try await store.read { transaction in
      (
        try transaction.learned(), try transaction.recentEnds(PollQueue.recentEnds),
        try transaction.budgets { endpoint, error in
          log.warning(
            "what is left of a quota cannot be read: it is learned anew",
            metadata: [
              "account": "\(endpoint.account)", "service": "\(endpoint.service)",
              "error": "\(error)",
            ])
        },
        try transaction.lastSeq(), try transaction.openConditions()
      )
    }
    state.queue.restore(limiters, at: now)
    // An attempt before this one may have counted jobs already.
    state.queue.restore(learned: learned.map { ($0.key, $0.model) }, ends: ends)
    try await loadJobs(at: now)
    state.queue.spread(at: now.uptime)
    state.resume(conditions, memory.take(), at: now)
    rounds.loaded(upTo: seq)
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

  /// Some rows at a time, because a million of them take ten times the memory of a million polls.
  private func loadJobs(at now: Moment) async throws {
    var (last, isMore) = (Int64(0), true)
    while isMore {
      let after = last
      let jobs = try await store.read {
        try $0.schedule(after: after, limit: PollRounds.rowsAtOnce)
      }
      last = jobs.last?.id ?? last
      isMore = jobs.count == PollRounds.rowsAtOnce
      state.enroll(jobs, at: now)
      health.turns(at: clock().awake)
    }
    // The price that meets a target follows from the running jobs, and the plans from it.
    try await review(at: now.uptime)
    state.queue.admit(at: now.uptime)
  }

  private func takeNews(at now: Moment) async throws {
    let isHinted = hasNews.exchange(false, ordering: .acquiring)
    guard rounds.looksForNews(isHinted: isHinted, at: now.uptime) else { return }
    let after = rounds.seenSeq
    do {
      let (jobs, seq, conditions) = try await store.read { transaction in
        (
          try transaction.scheduled(after: after), try transaction.lastSeq(),
          try transaction.openConditions()
        )
      }
      state.accounts.takePauses(conditions)
      state.add(jobs, at: now)
      rounds.seenSeq = seq
    } catch {
      hasNews.store(true, ordering: .releasing)
      throw error
    }
  }

  /// Now and then: the price that meets the target, and types that found no room.
  private func review(at uptime: Duration) async throws {
    guard rounds.reviews(at: uptime) else { return }
    state.queue.reprice(at: uptime)
    let forgotten = state.queue.takeForgotten()
    guard !forgotten.isEmpty else { return }
    log.notice(
      "there are too many job types; what the longest untaught ones had taught is forgotten",
      metadata: ["types": "\(forgotten.count)", "first": "\(forgotten[0])"])
    try await store.write { transaction in
      for key in forgotten { try transaction.forget(key) }
    }
  }

  // MARK: The wall clock

  /// Notices that the wall clock was set: the clouds' times are told by it, and ages with them.
  private func noteClock(_ now: Moment) {
    guard let step = wall.step(at: now) else { return }
    let change = step < .zero ? "\((.zero - step).spoken) back" : "\(step.spoken) ahead"
    log.notice("the system's clock was set", metadata: ["by": "\(change)"])
    state.clockWasSet(by: step, at: now.wall)
  }

  /// Once for each step back. While the database takes nothing it is tried again, and polls go on.
  private func boundJobTimes(at now: Moment) async {
    guard wall.mayHaveTimesAhead else { return }
    let time = now.wall
    do {
      if try await store.read({ try $0.hasJobTimesAhead(of: time) }) {
        try await store.write { try $0.boundJobTimes(at: time) }
        log.notice("jobs were registered while the clock was ahead: their ages count from now on")
      }
      wall.mayHaveTimesAhead = false
    } catch {
      log.debug("times that are ahead stay for now", metadata: ["error": "\(error)"])
    }
  }

  // MARK: Log-ins

  private func startLogins(at now: Moment) {
    for account in state.accounts.takeLogins(at: now.uptime) {
      run { await self.logIn(account) }
    }
  }

  private func logIn(_ account: AccountState) async {
    let name = account.account.name
    let cloudTime = clock().wall + state.clockOffset(of: name)
    let result = await account.login.obtain(account.secrets, at: cloudTime)
    guard !calls.isAbandoned else { return }
    // Once for each cause: it is tried again every minute.
    if case .failure(let failure) = result, failure.error != account.lockout?.error {
      log.warning(
        "an account cannot log in",
        metadata: ["account": "\(name)", "cause": "\(failure.error.text)"])
    }
    unsaved.changes += state.accounts.record(name, account.secrets, result, at: clock())
    // Calls waited for it, and a failed log-in has a next attempt.
    alarm.ring()
  }

  // MARK: Calls

  private func startCalls(at now: Moment) async throws {
    let taken = state.take(at: now.uptime)
    guard !taken.isEmpty else { return }
    let ids = taken.map(\.poll.job)
    let questions: [Int64: Transaction.Question]
    do {
      try await saveLimiters()
      let rows = try await store.read { try $0.questions(ids) }
      questions = Dictionary(uniqueKeysWithValues: rows.map { ($0.id, $0) })
    } catch {
      state.withdraw(taken, at: now.uptime)
      throw error
    }
    for taken in taken {
      let call = state.call(taken, questions[taken.poll.job], at: now.uptime) { endpoint, job in
        log.warning(
          "jobs are parked: their account now names another project or region",
          metadata: ["endpoint": "\(endpoint)", "first": "\(job)"])
      }
      if let call { run { await self.poll(call) } }
    }
  }

  private func poll(_ call: PollCall) async {
    var answer = await ask(call)
    // A signature that was refused for its date is made once more, by the clock that the cloud told.
    if case .skewed(let serverTime?, _) = answer.observation {
      state.correctClock(of: call, serverTime, at: clock().wall)
      if await spend(on: call) { answer = await ask(call) }
    }
    guard !calls.isAbandoned else { return }
    await settle(call, answer)
    guard let task = call.question.task, answer.observation.isSighting else { return }
    let endpoint = state.endpoints[call.index].key
    progress.request(
      TaskProgressRequest(
        job: call.job, task: task, endpoint: endpoint, jobID: call.question.jobID))
  }

  private func ask(_ call: PollCall) async -> Answer {
    guard let client = clients[state.endpoints[call.index].key.account] else {
      return Answer(.unreachable("the account is not configured"))
    }
    let answer = await client.ask(state.query(for: call, at: clock().wall))
    state.queue[limiter: call.poll.endpoint].finish(at: clock().uptime)
    return answer
  }

  /// Counts one more call beside those that the queue has counted. False: it must not be made.
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

  /// What calls were counted is stored before they are made, or a crash could make the next process forget them.
  private func saveLimiters() async throws {
    let limiters = state.queue.dueRecords(at: clock())
    guard !limiters.isEmpty else { return }
    try await store.write { try $0.save(limiters) }
    state.queue.noteSaved(limiters)
  }

  /// Runs beside everything else, until `finish` ends it.
  private func run(_ work: @escaping @Sendable () async -> Void) {
    let number = calls.begin(at: clock().awake, health)
    calls[number] = Task {
      await work()
      self.calls.end(number, self.health)
    }
  }

  // MARK: Answers

  private func settle(_ call: PollCall, _ answer: Answer) async {
    let now = clock()
    noteClock(now)
    let effects = state.record(answer, of: call, at: now)
    effects.report(answer, of: call, at: state.endpoints[call.index].key, to: log)
    let batch = unsaved.take(with: effects.changes)
    let (context, basis) = state.basis(
      of: call, answer.observation, clockSetAt: wall.setAt, at: now.uptime)
    let transaction = PollTransaction(
      poll: call.poll, projectID: call.credential.projectID, answer: answer, at: now.wall,
      context: context, routes: routes, changes: batch.changes, key: basis.key, model: basis.model)
    let limiters = answer.observation.isThrottled ? state.queue.dueRecords(at: clock()) : []
    do {
      let outcome = try await store.write {
        try $0.save(limiters)
        return try transaction.commit($0)
      }
      state.queue.noteSaved(limiters)
      unsaved.stored(batch)
      if unsaved.retryAt != nil { log.notice("answers can be stored again") }
      answersCanBeStored(at: now)
      state.record(outcome, of: call, basis, at: now)
    } catch {
      unsaved.giveBack(batch)
      holdCalls(error, at: now)
      state.queue.putBack(call.poll, until: now.uptime + UnsavedChanges.retryAfter)
    }
    wake(call.index, at: now)
    // Other services waited for what this answer says of the credential.
    if call.permit.isProbe || answer.observation.isRefusal { alarm.ring() }
  }

  /// Rings if the endpoint can be served before the loop looks again; not for a tick's sake.
  private func wake(_ index: Int, at now: Moment) {
    guard rounds.wakesAt > now.uptime + PollRounds.tick,
      state.isReady(index, before: rounds.wakesAt, at: now.uptime)
    else { return }
    alarm.ring()
  }

  // MARK: Storing

  /// What was judged apart from any answer.
  private func saveChanges() async throws {
    guard !unsaved.changes.isEmpty else { return }
    let batch = unsaved.take()
    do {
      try await store.write { [routes, changes = batch.changes] transaction in
        for change in changes { try transaction.apply(change, routes: routes) }
      }
      unsaved.stored(batch)
    } catch {
      unsaved.giveBack(batch)
      throw error
    }
  }

  /// An answer that cannot be stored is of no use, and the call for it was spent in vain.
  private func holdCalls(_ error: any Error, at now: Moment) {
    guard error is StoreError else {
      // One record that cannot be read concerns no other.
      return log.error("an answer cannot be stored", metadata: ["error": "\(error)"])
    }
    if unsaved.retryAt == nil {
      log.error(
        "answers cannot be stored; calls wait until they can", metadata: ["error": "\(error)"])
    }
    unsaved.retryAt = now.uptime + UnsavedChanges.retryAfter
    // In the words of the other loops that meet it, because it is one trouble.
    health.isHindered(by: "\(error)", at: now.awake)
  }

  private func answersCanBeStored(at now: Moment) {
    unsaved.retryAt = nil
    health.isHindered(by: nil, at: now.awake)
  }

  // MARK: Calls for the progress of tasks

  func lend(_ request: TaskProgressRequest) -> JobQuery? {
    guard !calls.isFinishing, unsaved.retryAt == nil else { return nil }
    return state.lend(request, at: clock())
  }

  /// The lent call is over. Polls may have waited for it.
  func returned(_ request: TaskProgressRequest) {
    let now = clock()
    if let index = state.returned(request, at: now.uptime) { wake(index, at: now) }
  }
}
