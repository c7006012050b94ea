import JobWatchCore
import JobWatchDaemon
import JobWatchStore
import TestSupport

/// The daemon's poller and store, asking for every job of a kind once a second: sign, GET, decode, decide, commit.
struct PollLoad: Sendable {
  var setting: ThroughputSetting
  var kind: BenchJobs
  var transport: CountedTransport

  /// Between two polls of a job.
  private static let gap = Duration.seconds(1)
  /// Until every job was asked for twice: the first answer is news in any case.
  private static let warmUp = Duration.milliseconds(2500)

  /// Runs `body` while the load lasts.
  func run<Value: Sendable>(
    _ body: @Sendable (Store) async throws -> Value
  ) async throws -> Value {
    try await Workplace.use(in: setting.daemon.directory) { workplace in
      let store = try Store(path: workplace.database)
      return try await ending({ try await poll(store, body) }, with: store.close)
    }
  }

  private func poll<Value: Sendable>(
    _ store: Store, _ body: @Sendable (Store) async throws -> Value
  ) async throws -> Value {
    // Due evenly over the first second, and so over each second that follows.
    let (now, count) = (Time.system.now().wall, ThroughputSetting.jobs)
    try await store.write { [kind] transaction in
      for number in 0..<count {
        _ = try transaction.insert(
          .registered(kind.id(number), at: now, projectID: BenchAccount.projectID),
          dueAt: now + Self.gap.scaled(by: Double(number) / Double(count)), noticeAt: nil)
      }
    }
    var setup = PollerSetup(account: BenchAccount.account(endpoint: setting.endpoint))
    (setup.configuration.polling.floor, setup.configuration.polling.ceiling) = (Self.gap, Self.gap)
    return try await setup.run(try setup.poller(store, transport.transport)) {
      try await Task.sleep(for: Self.warmUp)
      return try await body(store)
    }
  }
}
