import CloudAPI
import Glibc
import JobWatchCore
import JobWatchDaemon
import JobWatchStore
import Logging

/// How long the poller takes to know of every job again after a start, and what it keeps of each in memory.
struct StartUp: Sendable {
  var scale: Scale
  var place: Place

  private static let rowsAtOnce = 20_000
  private static let types = ["createServer", "deleteServer", "attachVolume", "resizeServer"]

  func measure() async throws -> [Figure] {
    try await Workplace.use(in: place.directory) { workplace in
      let store = try Store(path: workplace.database)
      return try await ending(
        {
          try await register(in: store)
          return try await load(store, workplace.configuration)
        }, with: store.close)
    }
  }

  private func load(_ store: Store, _ configuration: Configuration) async throws -> [Figure] {
    let transport: HTTPTransport = { _, _, _ async throws(HTTPFailure) in
      HTTPResponse(status: 503, body: [])
    }
    let account = configuration.accounts[0]
    var log = Logger(label: "bench") { _ in ConsoleLog() }
    log.logLevel = .error
    let poller = try Poller(
      configuration: configuration, store: store,
      clients: [account.name: CloudClient(transport: transport)],
      logins: [AccountLogin(account, transport: transport)], clock: SystemClock.now,
      alarm: Alarm(), troubles: TroubleLog(), log: log)
    let before = try ProcessUsage.residentBytes(of: getpid())
    let start = ContinuousClock.now
    _ = try await poller.work(at: SystemClock.now())
    let seconds = (ContinuousClock.now - start).exactSeconds
    let bytes = Double(try ProcessUsage.residentBytes(of: getpid()) - before)
    await poller.finish()
    return [
      Figure(
        name: "start with \(scale.watched) watched jobs", value: seconds, unit: "s",
        detail: "\((seconds / Double(scale.watched) * 1e6).threeDigits) µs a job"),
      Figure(
        name: "memory of the schedule, by watched job", value: bytes / Double(scale.watched),
        unit: "bytes", detail: "by which the process grew, with what it read the rows with"),
    ]
  }

  /// Jobs of four types, all of them running and due within the hour to come.
  private func register(in store: Store) async throws {
    let now = SystemClock.now().wall
    for first in stride(from: 0, to: scale.watched, by: Self.rowsAtOnce) {
      try await store.write { ledger in
        for number in first..<min(first + Self.rowsAtOnce, scale.watched) {
          try insert(number, at: now, ledger)
        }
      }
    }
  }

  private func insert(_ number: Int, at now: Timestamp, _ ledger: Ledger) throws {
    let due = now + .milliseconds(number * 3_600_000 / scale.watched)
    let new = Job(
      key: JobKey(account: "bench", service: "ecs", jobID: BenchJobs.quiet.id(number)),
      projectID: BenchAccount.projectID, region: BenchAccount.region, submittedAt: now,
      registeredAt: now)
    guard var job = try ledger.insert(new, dueAt: due, noticeAt: nil) else { return }
    job.state = .running
    job.report = JobReport(
      jobType: Self.types[number % Self.types.count], rawStatus: "RUNNING",
      begin: CloudTime(raw: "", instant: now))
    (job.firstSeenAt, job.lastSeenAt) = (now, now)
    job.span = WatchedSpan(known: Double(1 + number % 600))
    try ledger.save(job, bodyHash: 1, dueAt: due, noticeAt: nil)
  }
}
