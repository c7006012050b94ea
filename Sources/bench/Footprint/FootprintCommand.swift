import ArgumentParser
import JobWatchCore
import JobWatchStore
import CloudModel
import SimulatedCloud
import TestSupport

struct FootprintCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "footprint",
    abstract:
      "What memory and CPU time the built daemon takes, idle and with up to a million jobs.",
    discussion: """
      It measures `jobwatch run` itself. The limits are for the binary that is shipped: build it with systemd/build, \
      and measure it with --binary .build-static/jobwatch. A binary that shares Swift's libraries with other programs \
      has more of their pages in memory. This process simulates the cloud, and its work is not counted. Memory is the \
      resident memory in MB of 1,000,000 bytes; CPU time is the kernel's count for the process.

      idle     no job at all
      10000    running jobs, each polled once an hour
      1000000  running jobs, polled as often as the quota allows that the daemon finds out

      Takes about eight minutes.
      """)

  enum Part: String, CaseIterable, ExpressibleByArgument {
    case idle
    case thousands = "10000"
    case million = "1000000"
  }

  @Argument(help: "What to measure (default: all).")
  var parts = Part.allCases

  @OptionGroup var options: MeasureOptions
  @OptionGroup var daemon: DaemonOptions

  func run() async throws {
    let program = try daemon.program
    var figures: [Figure] = []
    for part in parts {
      options.tell("measuring \(part.rawValue) …")
      figures += try await measured(part).measure(program, in: daemon.directory)
    }
    try options.report(figures)
  }

  /// A loop without work wakes at least every 30 s.
  private func measured(_ part: Part) -> FootprintCase {
    switch part {
    case .idle:
      FootprintCase(name: "idle", jobs: 0, mostMemory: 40, mostCPU: 0.2, window: .seconds(options.quick ? 10 : 60))
    case .thousands:
      FootprintCase(
        name: "10,000 jobs", jobs: 10_000, polling: "floor: 1h", mostMemory: 60, mostCPU: 1,
        window: .seconds(options.quick ? 20 : 60))
    case .million:
      FootprintCase(
        name: "1,000,000 jobs", jobs: 1_000_000, mostMemory: 400, window: .seconds(options.quick ? 20 : 300))
    }
  }
}

/// The memory and CPU time of the built daemon while it watches so many jobs.
private struct FootprintCase: Sendable {
  var name: String
  var jobs: Int
  /// The key `polling` of the configuration.
  var polling = ""
  /// MB.
  var mostMemory: Double
  /// Of one core, in percent; nil: no limit, because it follows from the quota.
  var mostCPU: Double?
  var window: Duration

  /// Calls after which the start is over.
  private static let firstCalls = 10
  /// The start of a daemon with no job is over some time after it.
  private static let rest = Duration.seconds(3)

  func measure(_ program: String, in directory: String) async throws -> [Figure] {
    try await Workplace.use(in: directory) { workplace in
      let cloud = BenchAccount.cloud()
      return try await ending(
        { try await measure(program, workplace, cloud, try await cloud.start()) }, with: cloud.stop)
    }
  }

  private func measure(
    _ program: String, _ workplace: Workplace, _ cloud: SimulatedCloud, _ endpoint: String
  ) async throws -> [Figure] {
    let watched = WatchedJobs(count: jobs, now: SystemClock.now().wall)
    let store = try Store(path: workplace.database)
    try await ending({ try await watched.register(in: store) }, with: store.close)
    watched.submit(to: cloud, dueBefore: SystemClock.now().wall + window + .minutes(2))
    return try await workplace.withDaemon(program, cloud: endpoint, polling: polling) { daemon in
      try await daemon.isLoaded()
      let loaded = try memory("after its start", of: daemon)
      if jobs > 0 {
        try await cloud.log.wait(count: Self.firstCalls)
      } else {
        try await Task.sleep(for: Self.rest)
      }
      return [loaded] + (try await run(daemon, cloud))
    }
  }

  private func run(_ daemon: AttachedProcess, _ cloud: SimulatedCloud) async throws -> [Figure] {
    let (cpu, calls) = (try ProcessUsage.cpuSeconds(of: daemon.id), cloud.log.total)
    let start = ContinuousClock.now
    try await Task.sleep(for: window)
    let seconds = (ContinuousClock.now - start).exactSeconds
    let used = try ProcessUsage.cpuSeconds(of: daemon.id) - cpu
    let polls = cloud.log.total - calls
    if jobs > 0, polls == 0 { throw Failure("\(name): no poll in \(seconds.threeDigits) s") }
    if let bad = cloud.log.entries.first(where: { $0.status != 200 }) {
      throw Failure("a call brought no record: \(bad)")
    }
    let memory = try memory("after \(seconds.threeDigits) s", of: daemon)
    guard let mostCPU else { return [memory] }
    let detail = "\((used * 1000).threeDigits) ms in \(seconds.threeDigits) s, \(polls) polls"
    return [
      memory,
      Figure("CPU, \(name), of one core", used / seconds * 100, "%", detail: detail, atMost: mostCPU),
    ]
  }

  private func memory(_ moment: String, of daemon: AttachedProcess) throws -> Figure {
    Figure("memory, \(name), \(moment)", try ProcessUsage.memory(of: daemon.id) / 1e6, "MB", atMost: mostMemory)
  }
}

/// Running jobs of four types that a daemon finds on record at its start: polled one after the other over the last hour,
/// and due over the next.
private struct WatchedJobs: Sendable {
  var count: Int
  /// When the first is due.
  var now: Timestamp

  private static let rowsAtOnce = 20_000
  private static let types = ["createServer", "deleteServer", "attachVolume", "resizeServer"]

  func register(in store: Store) async throws {
    for first in stride(from: 0, to: count, by: Self.rowsAtOnce) {
      try await store.write { transaction in
        for number in first..<min(first + Self.rowsAtOnce, count) { try insert(number, transaction) }
      }
    }
  }

  /// Lets the cloud know those that are due before `time`: it would need a gigabyte for a million.
  func submit(to cloud: SimulatedCloud, dueBefore time: Timestamp) {
    for number in (0..<count).prefix(while: { due($0) < time }) {
      var script = BenchJobs.quiet.script(number)
      script.jobType = type(number)
      cloud.submit(script, at: begin(number))
    }
  }

  private func insert(_ number: Int, _ transaction: JobWatchStore.Transaction) throws {
    let (begin, seen) = (begin(number), lastSeen(number))
    let new = Job.registered(BenchJobs.quiet.id(number), at: begin, projectID: BenchAccount.projectID)
    guard var job = try transaction.jobs.insert(new, dueAt: due(number), noticeAt: nil) else { return }
    job.state = .running
    job.report = JobReport(jobType: type(number), rawStatus: "RUNNING", begin: CloudTime(raw: "", instant: begin))
    (job.firstSeenAt, job.lastSeenAt) = (seen, seen)
    job.span = WatchedSpan(known: (seen - begin).exactSeconds)
    try transaction.jobs.save(job, bodyHash: 1, dueAt: due(number), noticeAt: seen + .hours(20))
  }

  private func type(_ number: Int) -> String { Self.types[number % Self.types.count] }
  private func begin(_ number: Int) -> Timestamp { lastSeen(number) - .seconds(1 + number % 600) }
  private func lastSeen(_ number: Int) -> Timestamp { due(number) - .hours(1) }
  private func due(_ number: Int) -> Timestamp { now + .milliseconds(number * 3_600_000 / count) }
}
