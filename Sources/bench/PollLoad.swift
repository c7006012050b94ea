import CloudAPI
import JobWatchCore
import JobWatchDaemon
import JobWatchStore
import Logging

/// The daemon's poller and store, asking for every job of a kind once a second: sign, GET, decode, decide, commit.
struct PollLoad: Sendable {
  var place: Place
  var kind: BenchJobs
  var jobs: Int
  var transport: CountedTransport

  /// Between two polls of a job.
  private static let gap = Duration.seconds(1)
  /// Until every job was asked for twice: the first answer is news in any case.
  private static let warmUp = Duration.milliseconds(2500)

  /// Runs `body` while the load lasts.
  func run<Value: Sendable>(
    _ body: @Sendable (Store) async throws -> Value
  ) async throws -> Value {
    try await Workplace.use(in: place.directory) { workplace in
      let store = try Store(path: workplace.database)
      return try await ending(
        {
          try await register(in: store)
          return try await poll(store, workplace, body)
        }, with: store.close)
    }
  }

  private func poll<Value: Sendable>(
    _ store: Store, _ workplace: Workplace, _ body: @Sendable (Store) async throws -> Value
  ) async throws -> Value {
    let alarm = Alarm()
    let poller = try poller(store, alarm, workplace)
    let turning = Task { try await Self.turn(poller, alarm) }
    return try await ending {
      try await Task.sleep(for: Self.warmUp)
      return try await body(store)
    } with: {
      turning.cancel()
      alarm.ring()
      try await turning.value
      await poller.finish()
    }
  }

  /// What the daemon's loop does, without its logging; until it is cancelled.
  private static func turn(_ poller: Poller, _ alarm: Alarm) async throws {
    do {
      while !Task.isCancelled {
        let next = try await poller.work(at: SystemClock.now())
        await alarm.wait(next.map { $0 - SystemClock.now().uptime } ?? Alarm.longestWait)
      }
    } catch is CancellationError {
      // It was reading the database just then.
    }
  }

  private func poller(_ store: Store, _ alarm: Alarm, _ workplace: Workplace) throws -> Poller {
    let account = BenchAccount.account(
      endpoint: place.endpoint, quota: Quota(calls: 10_000, per: .seconds(1)))
    var configuration = workplace.configuration
    configuration.accounts = [account]
    configuration.polling.floor = Self.gap
    configuration.polling.ceiling = Self.gap
    var log = Logger(label: "bench") { _ in ConsoleLog() }
    log.logLevel = .warning
    return try Poller(
      configuration: configuration, store: store,
      clients: [account.name: CloudClient(transport: transport.transport)],
      logins: [AccountLogin(account, transport: transport.transport)],
      clock: SystemClock.now, alarm: alarm, log: log)
  }

  /// Due evenly over the first second, and so over each second that follows.
  private func register(in store: Store) async throws {
    let now = SystemClock.now().wall
    let (kind, jobs) = (kind, jobs)
    try await store.write { transaction in
      for number in 0..<jobs {
        let job = Job(
          key: JobKey(account: "bench", service: "ecs", jobID: kind.id(number)),
          projectID: BenchAccount.projectID, region: BenchAccount.region, submittedAt: now,
          registeredAt: now)
        _ = try transaction.insert(
          job, dueAt: now + Self.gap.scaled(by: Double(number) / Double(jobs)), noticeAt: nil)
      }
    }
  }
}
