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
  let probes: ProbePolicy
  let grace: Duration

  var lanes: [LaneKey: Lane]
  var accounts: [String: AccountAccess]
  private let clients: [String: CloudClient]
  /// One per secret, not per account: what the cloud locks after five refusals is the key.
  var credentials: [String: Gate]
  /// Accounts whose pause was told, until their resumption is.
  var paused: Set<String> = []
  var calls: [Int64: Task<Void, Never>] = [:]
  var isFinishing = false
  /// When the loop will look again; an answer that makes something due before that rings.
  var plannedWake: Duration = .zero

  private var isLoaded = false
  private var seenSeq: Int64 = 0
  /// The newest row in the schedule: jobs beyond it are new.
  private var highestJob: Int64 = 0
  private nonisolated let hasNews = Atomic(true)
  private var lastNewsAt: Duration = .zero
  private var lastRefreshAt: Duration = .zero

  /// Due times are served in ticks, so that a thousand polls a second do not wake the loop a thousand times.
  private static let tick = Duration.milliseconds(10)
  /// How often a refused credential's source is looked at for a change.
  private static let refreshEvery = Duration.seconds(5)

  init(
    configuration: Configuration, store: Store, clients: [String: CloudClient], clock: @escaping Clock,
    alarm: Alarm, troubles: TroubleLog, log: Logger
  ) throws {
    self.store = store
    self.clients = clients
    self.clock = clock
    self.alarm = alarm
    self.troubles = troubles
    self.log = log
    routes = configuration.routeTable
    probes = configuration.probes
    grace = configuration.breaker.grace
    let accesses = try configuration.accounts.map(AccountAccess.init)
    accounts = Dictionary(uniqueKeysWithValues: accesses.map { ($0.account.name, $0) })
    lanes = Dictionary(
      uniqueKeysWithValues: configuration.accounts.flatMap(configuration.lanes(of:))
        .map { ($0.key, $0) })
    let waits = configuration.probes.steps
    credentials = Dictionary(
      accesses.map { ($0.fingerprint, Gate(threshold: 1, waits: waits, unproven: true)) },
      uniquingKeysWith: { first, _ in first })
  }

  /// New jobs may be there.
  package nonisolated func hint() {
    hasNews.store(true, ordering: .releasing)
    alarm.ring()
  }

  package func work(at now: Moment) async throws -> Duration? {
    if !isLoaded { try await load(at: now) }
    try await takeNews(at: now)
    refreshCredentials(at: now)
    try await tellOutages(at: now)
    try await startCalls(at: now)
    plannedWake = nextWake(at: clock())
    return plannedWake
  }

  package func finish() async {
    isFinishing = true
    for call in calls.values { call.cancel() }
    for call in calls.values { await call.value }
  }

  // MARK: Schedule

  private func load(at now: Moment) async throws {
    let (jobs, seq, conditions) = try await store.read { ledger in
      (try ledger.schedule(), try ledger.lastSeq(), try ledger.conditions())
    }
    for job in jobs { enter(job, at: now) }
    for condition in conditions { resume(condition, at: now) }
    seenSeq = seq
    isLoaded = true
    log.info("the schedule is loaded", metadata: ["jobs": "\(jobs.count)"])
  }

  private func takeNews(at now: Moment) async throws {
    let isHinted = hasNews.exchange(false, ordering: .acquiring)
    guard isHinted || now.uptime - lastNewsAt >= Alarm.longestWait else { return }
    lastNewsAt = now.uptime
    let after = seenSeq
    do {
      let (jobs, seq) = try await store.read { ledger in
        (try ledger.scheduled(after: after), try ledger.lastSeq())
      }
      leave(jobs.filter { $0.id <= highestJob })
      for job in jobs { enter(job, at: now) }
      seenSeq = seq
    } catch {
      hasNews.store(true, ordering: .releasing)
      throw error
    }
  }

  /// The stored due time is the wall clock's; one that a clock jump has put beyond the ceiling is brought back.
  private func enter(_ job: Ledger.Scheduled, at now: Moment) {
    highestJob = max(highestJob, job.id)
    guard let lane = lanes[job.lane], !lane.inFlight.contains(job.id) else { return }
    let wait = (job.dueAt - now.wall).clamped(.zero, lane.rules.pollCeiling.scaled(by: 1.1))
    lanes[job.lane]?.add(job.id, due: now.uptime + wait)
  }

  /// A lost job that is submitted again may still stand in the schedule, to be looked for now and then.
  private func leave(_ jobs: [Ledger.Scheduled]) {
    for (key, known) in Dictionary(grouping: jobs, by: \.lane) {
      lanes[key]?.remove(Set(known.map(\.id)))
    }
  }

  private func nextWake(at now: Moment) -> Duration {
    var next = now.uptime + Alarm.longestWait
    for (key, lane) in lanes {
      switch lane.readiness(gate(key.account), at: now.uptime) {
      case .now: next = now.uptime
      case .at(let time): next = min(next, time)
      case .asleep: break
      }
      if let outage = lane.outage, !outage.isTold {
        next = min(next, now.uptime + max(outage.since + grace - now.wall, .zero))
      }
    }
    if !paused.isEmpty {
      next = min(next, lastRefreshAt + Self.refreshEvery)
    }
    return max(next, now.uptime + Self.tick)
  }

  // MARK: Calls

  /// A job that is asked for: where its row stands, and through which gates the call passes.
  struct Call: Sendable {
    var job: Int64
    var lane: LaneKey
    var fingerprint: String
    var passes: Lane.Passes
    var question: Ledger.Question
  }

  private func startCalls(at now: Moment) async throws {
    var taken: [(Int64, LaneKey, String, Lane.Passes)] = []
    for key in lanes.keys {
      guard let fingerprint = accounts[key.account]?.fingerprint else { continue }
      while let (job, passes) = take(from: key, fingerprint, at: now.uptime) {
        taken.append((job, key, fingerprint, passes))
      }
    }
    guard !taken.isEmpty else { return }
    let ids = taken.map(\.0)
    let questions: [Int64: Ledger.Question]
    do {
      let rows = try await store.read { try $0.questions(ids) }
      questions = Dictionary(uniqueKeysWithValues: rows.map { ($0.id, $0) })
    } catch {
      for (job, lane, fingerprint, passes) in taken {
        giveBack(passes, lane, fingerprint, at: now.uptime)
        reschedule(job, lane, .after(.seconds(1)), at: now)
      }
      throw error
    }
    for (job, lane, fingerprint, passes) in taken {
      guard let question = questions[job], belongs(question, lane) else {
        giveBack(passes, lane, fingerprint, at: now.uptime)
        lanes[lane]?.inFlight.remove(job)
        continue
      }
      start(
        Call(job: job, lane: lane, fingerprint: fingerprint, passes: passes, question: question))
    }
  }

  private func take(from key: LaneKey, _ fingerprint: String, at uptime: Duration)
    -> (Int64, Lane.Passes)?
  {
    guard var credential = credentials[fingerprint] else { return nil }
    defer { credentials[fingerprint] = credential }
    return lanes[key]?.take(&credential, at: uptime)
  }

  /// A job is bound to the project and region that it was registered with.
  private func belongs(_ question: Ledger.Question, _ key: LaneKey) -> Bool {
    guard let lane = lanes[key] else { return false }
    if question.projectID == lane.projectID && question.region == lane.region { return true }
    log.warning(
      "a job is parked: its account now names another project or region",
      metadata: ["job_id": "\(question.jobID)", "account": "\(key.account)"])
    return false
  }

  private func start(_ call: Call) {
    calls[call.job] = Task {
      let answer = await self.ask(call)
      if !(self.isFinishing && Task.isCancelled) { await self.settle(call, answer) }
      self.calls[call.job] = nil
    }
  }

  /// A signature refused for its date is made once more with the clock that the cloud told.
  private func ask(_ call: Call) async -> Answer {
    var answer = await askOnce(call)
    if case .skewed(let serverTime?, _) = answer.observation {
      lanes[call.lane]?.clockOffset.replace(serverTime, at: clock().wall)
      lanes[call.lane]?.budget.spend(at: clock().uptime)
      answer = await askOnce(call)
    }
    return answer
  }

  private func askOnce(_ call: Call) async -> Answer {
    guard let lane = lanes[call.lane], let access = accounts[call.lane.account],
      let client = clients[call.lane.account]
    else { return Answer(.unreachable("the account is not configured")) }
    return await client.ask(
      JobQuery(
        service: lane.service, endpoint: lane.endpoint, projectID: lane.projectID,
        jobID: call.question.jobID, credential: access.credential,
        signingTime: clock().wall + lane.clockOffset.value))
  }

  // MARK: Credentials

  func gate(_ account: String) -> Gate {
    accounts[account].flatMap { credentials[$0.fingerprint] } ?? newCredentialGate()
  }

  private func refreshCredentials(at now: Moment) {
    guard now.uptime - lastRefreshAt >= Self.refreshEvery else { return }
    lastRefreshAt = now.uptime
    for name in paused where gate(name).isShut {
      do {
        guard try accounts[name]?.refresh() == true, let access = accounts[name] else { continue }
        log.notice("a refused credential has changed and is tried", metadata: ["account": "\(name)"])
        if credentials[access.fingerprint] == nil {
          credentials[access.fingerprint] = newCredentialGate()
        }
      } catch {
        log.warning(
          "a refused credential cannot be read again",
          metadata: ["account": "\(name)", "error": "\(error)"])
      }
    }
  }

  private nonisolated func newCredentialGate() -> Gate {
    Gate(threshold: 1, waits: probes.steps, unproven: true)
  }

  /// Trouble that a restart finds on record: it is neither forgotten nor told twice.
  private func resume(_ condition: Ledger.Condition, at now: Moment) {
    for name in accounts.keys where condition.subject == HealthChange.subject(account: name) {
      guard let fingerprint = accounts[name]?.fingerprint else { continue }
      paused.insert(name)
      credentials[fingerprint]?.resumeShut(at: now.uptime)
    }
    for key in lanes.keys where condition.subject == HealthChange.subject(key) {
      switch HealthChange.Kind(rawValue: condition.kind) {
      case .forbidden, .misconfigured: lanes[key]?.permission.resumeShut(at: now.uptime)
      case .unreachable:
        lanes[key]?.breaker.resumeShut(at: now.uptime)
        lanes[key]?.outage = Lane.Outage(
          since: condition.since, cause: condition.cause, isTold: true)
      case .absent: lanes[key]?.wasAbsent = true
      case .refused, .failing, nil: break
      }
    }
  }
}
