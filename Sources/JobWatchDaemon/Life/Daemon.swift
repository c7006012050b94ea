import CloudAPI
import JobWatchConfiguration
import JobWatchCore
import JobWatchLogging
import JobWatchStatusLog
import JobWatchStore
import Logging
import ServiceLifecycle
import UnixSignals

/// The whole daemon: one store, and a loop per worker around it.
package struct Daemon: Sendable {
  private let decoded: DecodedConfiguration
  private let reload: @Sendable () throws -> DecodedConfiguration
  private let clock: Clock
  private let log: Logger
  private let output: LogOutput

  /// - Parameters:
  ///   - reload: what SIGHUP asks for: the configuration as it is then. Throws why it cannot be used. Nil: the same
  ///     one, whose secrets are read again.
  ///   - output: where channels of type journal write.
  package init(
    _ decoded: DecodedConfiguration, reload: (@Sendable () throws -> DecodedConfiguration)? = nil,
    clock: @escaping Clock = SystemClock.now, log: Logger, output: LogOutput = LogOutput()
  ) {
    self.decoded = decoded
    self.reload = reload ?? { decoded }
    self.clock = clock
    self.log = log
    self.output = output
  }

  private var configuration: Configuration { decoded.value }

  /// Runs until one of `signals` arrives or the task that runs it is told to shut down gracefully.
  ///
  /// - Parameter onReady: called once every loop has done what was due at the start.
  /// - Throws: `StartRefusal` or `DaemonLock.Held` when it cannot start, and `FileFailure`, `StoreError` or
  ///   `SecretError` where it fails though all seemed well; a `LastingFault` when it cannot go on.
  package func run(
    stopOn signals: [UnixSignal] = [.sigterm, .sigint],
    onReady: @escaping @Sendable () -> Void = {}
  ) async throws {
    let report = ServiceReport(serviceManager, clock: clock, log: log)
    let plan = try StartPlan(decoded)
    for path in try plan.prepare() {
      log.notice("a directory that was missing is made", metadata: ["path": "\(path)"])
    }
    let lock = try DaemonLock(directory: configuration.stateDirectory)
    defer { lock.release() }
    lock.note(DaemonRecord(of: decoded))
    let store = try open(report)
    let ground = DaemonContext(
      store: store, credentials: CredentialMemory(), report: report,
      clock: clock, log: log, output: output)
    report.begins(.readingLog)
    let statusLog = StatusLog(path: configuration.statusLog, store: store, log: log)
    try await statusLog.recover(at: clock(), routes: configuration.routeTable)
    await recount(store)
    let now = clock().wall
    try await store.write { try $0.noteStart(at: now) }
    report.begins(.readingSpool)
    let generations = try await Supervisor(
      first: configuration, with: plan.supplies, on: ground, statusLog: statusLog, reload: reload,
      onReady: onReady)
    do {
      try await ground.tell(
        .daemonStarted, "jobwatch has started", to: configuration.routeTable)
    } catch {
      await generations.current.discard()
      throw error
    }
    try await ServiceGroup(
      configuration: .init(
        services: [.init(service: generations)], gracefulShutdownSignals: signals, logger: quiet)
    ).run()
    await tellStop(generations.current, ground)
    try store.close()
    log.notice("jobwatch has stopped")
  }

  /// What cannot be written then, on a full disk for instance, is no reason to end badly: the next start writes what the
  /// log lacks.
  private func tellStop(_ last: Generation, _ ground: DaemonContext) async {
    do {
      try await ground.tell(
        .daemonStopped, "jobwatch has stopped", to: last.configuration.routeTable)
      for _ in 0..<Self.lastBatches {
        guard try await last.statusLog.work(at: clock()) != nil else { return }
      }
    } catch {
      log.warning("the stop cannot be told", metadata: ["error": "\(error)"])
    }
  }

  /// So that a stop takes no longer than it may.
  private static let lastBatches = 10

  private func open(_ report: ServiceReport) throws -> Store {
    report.begins(.openingDatabase)
    return try Store(path: configuration.databasePath) { copy in
      log.notice(
        "the database is brought up to date; as it was it is kept", metadata: ["copy": "\(copy)"])
      report.begins(.migrating)
    }
  }

  /// What only the status line shows keeps nobody from starting.
  private func recount(_ store: Store) async {
    do {
      try await store.write { try $0.jobs.recountWatched() }
    } catch {
      log.warning(
        "the watched jobs were not counted anew: their number in the status line may be wrong",
        metadata: ["error": "\(error)"])
    }
  }

  private var serviceManager: ServiceManager? {
    do {
      return try ServiceManager()
    } catch {
      log.warning("the service manager is not told", metadata: ["error": "\(error)"])
      return nil
    }
  }

  /// The library's own steps are of no interest to an operator.
  private var quiet: Logger {
    var quiet = log
    quiet.logLevel = .warning
    return quiet
  }
}
