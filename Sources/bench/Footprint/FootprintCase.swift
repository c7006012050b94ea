import JobWatchCore
import JobWatchDaemon
import JobWatchStore
import SimulatedCloud

/// The memory and CPU time of the built daemon while it watches so many jobs.
struct FootprintCase: Sendable {
  var name: String
  var jobs: Int
  /// The key `polling` of the configuration.
  var polling = ""
  /// Bytes.
  var mostMemory: Double
  /// Of one core, in percent; nil: it follows from the quota.
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
    let watched = WatchedJobs(count: jobs, now: Time.system.now().wall)
    let store = try Store(path: workplace.database)
    try await ending({ try await watched.register(in: store) }, with: store.close)
    watched.submit(to: cloud, dueBefore: Time.system.now().wall + window + .minutes(2))
    let start = ContinuousClock.now
    return try await workplace.withDaemon(program, cloud: endpoint, polling: polling) { daemon in
      try await daemon.isLoaded()
      let seconds = (ContinuousClock.now - start).exactSeconds
      let loaded = memory("after its start", try MemoryUse(of: daemon.id))
      if jobs > 0 {
        try await cloud.waitForCalls(count: Self.firstCalls)
      } else {
        try await Task.sleep(for: Self.rest)
      }
      return [Figure(name: "start, \(name)", value: seconds, unit: "s"), loaded]
        + (try await watch(daemon, cloud))
    }
  }

  private func watch(_ daemon: WatchingDaemon, _ cloud: SimulatedCloud) async throws -> [Figure] {
    let (cpu, calls) = (try ProcessUsage.cpuSeconds(of: daemon.id), cloud.log.total)
    let start = ContinuousClock.now
    try await Task.sleep(for: window)
    let seconds = (ContinuousClock.now - start).exactSeconds
    let used = try ProcessUsage.cpuSeconds(of: daemon.id) - cpu
    let polls = cloud.log.total - calls
    if let bad = cloud.log.entries.first(where: { $0.status != 200 }) {
      throw Failure("a call brought no record: \(bad)")
    }
    return [
      memory("after \(seconds.threeDigits) s", try MemoryUse(of: daemon.id)),
      Figure(
        name: "CPU, \(name), of one core", value: used / seconds * 100, unit: "%",
        detail: "\((used * 1000).threeDigits) ms in \(seconds.threeDigits) s, \(polls) polls",
        limit: mostCPU.map(Figure.Limit.atMost)),
    ]
  }

  private func memory(_ moment: String, _ use: MemoryUse) -> Figure {
    Figure(
      name: "memory, \(name), \(moment)", value: use.resident / 1e6, unit: "MB", detail: use.detail,
      limit: .atMost(mostMemory / 1e6))
  }
}
