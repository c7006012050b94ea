import CloudAPI
import JobWatchCore
import JobWatchStore
import Logging
import Synchronization

/// Asks the cloud about whatever is due, within what each account's budget and health allow.
///
/// `work` starts calls and returns; each answer comes back as a message of its own (`PollerAnswers.swift`), so
/// that one black hole delays nobody. The schedule is a heap per lane, rebuilt from the job rows at start; new jobs
/// are read from the event table, where their registration stands, so that a lost hint costs half a minute at most.
package actor Poller: Worker {
  package nonisolated let name = "poller"

  let store: Store
  let routes: RouteTable
  let clock: Clock
  let log: Logger
  let alarm: Alarm
  let troubles: TroubleLog
  let grace: Duration

  var lanes: [LaneKey: Lane]
  var credentials: CredentialBook
  var book: DurationBook
  /// The mean latency that one price is to reach, if the user wants that.
  let target: Duration?
  var reviewedAt = Duration.seconds(-3600)
  /// Accounts that are paused by hand.
  var held: Set<String> = []
  let clients: [String: CloudClient]
  /// What could not be stored yet of the health that was judged.
  var unsaved: [HealthChange] = []
  /// No call before this: its answer could not be stored just now.
  var storeRetryAt: Duration?
  /// Under way, by the order of their start.
  private var calls: [Int: Task<Void, Never>] = [:]
  private var started = 0
  /// Somebody asks for the secrets to be read again.
  private nonisolated let mustReread = Atomic(false)
  var isFinishing = false
  /// When the loop will look again; an answer that makes something due before that rings.
  var plannedWake: Duration = .zero

  var isLoaded = false
  var seenSeq: Int64 = 0
  /// The newest row in the schedule: jobs beyond it are new.
  var highestJob: Int64 = 0
  nonisolated let hasNews = Atomic(true)
  var lastNewsAt: Duration = .zero

  /// Due times are served in ticks, so that a thousand polls a second do not wake the loop a thousand times.
  private static let tick = Duration.milliseconds(10)

  package init(
    configuration: Configuration, store: Store, clients: [String: CloudClient],
    logins: [AccountLogin], clock: @escaping Clock, alarm: Alarm, troubles: TroubleLog, log: Logger
  ) throws {
    self.store = store
    self.clients = clients
    self.clock = clock
    self.alarm = alarm
    self.troubles = troubles
    self.log = log
    routes = configuration.routeTable
    grace = configuration.breaker.grace
    credentials = try CredentialBook(logins, probes: configuration.probes)
    book = DurationBook(bounds: configuration.pollBounds)
    target = configuration.polling.target
    lanes = Dictionary(
      uniqueKeysWithValues: configuration.accounts.flatMap(configuration.lanes(of:))
        .map { ($0.key, $0) })
  }

  /// New jobs may be there.
  package nonisolated func hint() {
    hasNews.store(true, ordering: .releasing)
    alarm.ring()
  }

  /// Reads every account's secrets again, soon.
  package nonisolated func rereadSecrets() {
    mustReread.store(true, ordering: .releasing)
    alarm.ring()
  }

  package func work(at now: Moment) async throws -> Duration? {
    if !isLoaded { try await load(at: now) }
    try await takeNews(at: now)
    try await review(at: now.uptime)
    if mustReread.exchange(false, ordering: .acquiring) {
      credentials.rereadAll(at: now.uptime, log: log)
    }
    credentials.refresh(at: now.uptime, log: log)
    startLogins(at: now)
    try await tellOutages(at: now)
    try await tellLockouts(at: now)
    try await saveHealth()
    if storeRetryAt ?? .zero <= now.uptime { try await startCalls(at: now) }
    plannedWake = nextWake(at: clock())
    return plannedWake
  }

  package func finish() async {
    isFinishing = true
    for call in calls.values { call.cancel() }
    for call in calls.values { await call.value }
  }

  private func nextWake(at now: Moment) -> Duration {
    var next = now.uptime + Alarm.longestWait
    for (key, lane) in lanes where !held.contains(key.account) {
      switch readiness(of: key, at: now.uptime) {
      case .now: next = now.uptime
      case .at(let time): next = min(next, time)
      case .asleep: break
      }
      if let outage = lane.outage, !outage.isTold, lane.breaker.isShut {
        next = min(next, now.uptime + max(outage.since + grace - now.wall, .zero))
      }
    }
    if let work = credentials.nextWork(except: held, grace: grace, at: now) {
      next = min(next, work)
    }
    return max(next, now.uptime + Self.tick, storeRetryAt ?? .zero)
  }

  // MARK: Calls

  /// A job that is asked for: where its row stands, and through which gates the call passes.
  struct Call: Sendable {
    /// As it was in the schedule: it keeps its place there if the answer says nothing of it.
    var ticket: PollTicket
    var lane: LaneKey
    /// What it is made with, whatever the account has by the time of the answer.
    var grant: AccountAccess.Grant
    var passes: Lane.Passes
    var question: Ledger.Question

    var job: Int64 { ticket.job }
  }

  private func startCalls(at now: Moment) async throws {
    var taken: [(PollTicket, LaneKey, AccountAccess.Grant, Lane.Passes)] = []
    noteProjects(at: now.uptime)
    for key in dueLanes(at: now.uptime) {
      guard let grant = credentials.grant(of: key.account, at: now.uptime) else { continue }
      while let (poll, passes) = take(from: key, grant, at: now.uptime) {
        taken.append((poll, key, grant, passes))
      }
    }
    guard !taken.isEmpty else { return }
    let ids = taken.map(\.0.job)
    let questions: [Int64: Ledger.Question]
    do {
      let rows = try await store.read { try $0.questions(ids) }
      questions = Dictionary(uniqueKeysWithValues: rows.map { ($0.id, $0) })
    } catch {
      for (poll, lane, grant, passes) in taken {
        giveBack(passes, lane, grant, at: now.uptime)
        lanes[lane]?.schedule.budget.finish(at: now.uptime)
        reschedule(poll, lane, due: now.uptime + .seconds(1), at: now)
      }
      throw error
    }
    for (poll, lane, grant, passes) in taken {
      guard let question = questions[poll.job], belongs(question, lane, grant) else {
        giveBack(passes, lane, grant, at: now.uptime)
        lanes[lane]?.schedule.budget.finish(at: now.uptime)
        lanes[lane]?.inFlight.remove(poll.job)
        lanes[lane]?.parked[poll.job] = poll
        continue
      }
      start(
        Call(
          ticket: poll, lane: lane, grant: grant, passes: passes,
          question: question))
    }
  }

  private func take(from key: LaneKey, _ grant: AccountAccess.Grant, at uptime: Duration)
    -> (PollTicket, Lane.Passes)?
  {
    // In place: a lane that is copied and changed copies its whole schedule.
    credentials.withGate(grant.fingerprint) { lanes[key]?.take(&$0, &book, at: uptime) } ?? nil
  }

  /// A job is bound to the project and region that it was registered with, or to the account's project as it was
  /// found when the job is asked for first.
  private func belongs(
    _ question: Ledger.Question, _ key: LaneKey, _ grant: AccountAccess.Grant
  ) -> Bool {
    guard let lane = lanes[key] else { return false }
    let isOfProject = question.projectID.isEmpty || question.projectID == grant.projectID
    if isOfProject && question.region == lane.region { return true }
    if lane.parked.isEmpty {
      log.warning(
        "jobs are parked: their account now names another project or region",
        metadata: ["lane": "\(key)", "first": "\(question.jobID)"])
    }
    return false
  }

  private func start(_ call: Call) {
    run {
      let answer = await self.ask(call)
      guard await !self.isAbandoned else { return }
      await self.settle(call, answer)
      await self.askProgress(after: call, answer)
    }
  }

  /// Runs beside everything else, until `finish` ends it.
  func run(_ work: @escaping @Sendable () async -> Void) {
    started += 1
    let number = started
    calls[number] = Task {
      await work()
      self.calls[number] = nil
    }
  }

  /// Whether the running call was ended by `finish`: its outcome means nothing.
  var isAbandoned: Bool { isFinishing && Task.isCancelled }

  /// A signature refused for its date is made once more with the clock that the cloud told.
  private func ask(_ call: Call) async -> Answer {
    var answer = await askOnce(call)
    if case .skewed(let serverTime?, _) = answer.observation {
      lanes[call.lane]?.clockOffset.replace(serverTime, at: clock().wall)
      lanes[call.lane]?.schedule.budget.spend(at: clock().uptime)
      answer = await askOnce(call)
    }
    return answer
  }

  private func askOnce(_ call: Call) async -> Answer {
    guard let query = query(for: call), let client = clients[call.lane.account] else {
      return Answer(.unreachable("the account is not configured"))
    }
    let answer = await client.ask(query)
    lanes[call.lane]?.schedule.budget.finish(at: clock().uptime)
    return answer
  }

  /// Apart from `askOnce`, so that no copy of the lane lives while its schedule changes.
  func query(for call: Call) -> JobQuery? {
    guard let lane = lanes[call.lane] else { return nil }
    return JobQuery(
      service: lane.service, endpoint: lane.endpoint, projectID: call.grant.projectID,
      jobID: call.question.jobID, credential: call.grant.credential,
      signingTime: clock().wall + lane.clockOffset.value)
  }
}
