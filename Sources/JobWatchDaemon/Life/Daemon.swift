import JobWatchConfiguration
import JobWatchCore
import JobWatchLogging
import JobWatchStatusLog
import JobWatchStore
import Logging
import UnixSignals

/// The whole daemon: one store, and a loop per worker around it.
package struct Daemon: Sendable {
  package enum Order: Sendable { case reload, stop }

  private let decoded: DecodedConfiguration
  private let reload: @Sendable () throws -> DecodedConfiguration
  private let log: Logger
  private let output: LogOutput

  /// - Parameters:
  ///   - reload: reads the configuration for `.reload`; throws why it cannot be used. Nil: the same one, whose secrets
  ///     are read again.
  ///   - output: where channels of type journal write.
  package init(
    _ decoded: DecodedConfiguration, reload: (@Sendable () throws -> DecodedConfiguration)? = nil,
    log: Logger, output: LogOutput = LogOutput()
  ) {
    self.decoded = decoded
    self.reload = reload ?? { decoded }
    self.log = log
    self.output = output
  }

  private var configuration: Configuration { decoded.value }

  /// Runs until SIGTERM or SIGINT arrives; SIGHUP reloads.
  ///
  /// - Parameter onReady: called once every loop has done what was due at the start.
  /// - Throws: `StartRefusal` or `DaemonLock.Held` when it cannot start, and `FileFailure`, `StoreError` or
  ///   `SecretError` where it fails though all seemed well; a `LastingFault` when it cannot go on.
  package func run(onReady: @escaping @Sendable () -> Void = {}) async throws {
    let report = ServiceReport(serviceManager, time: .system, log: log)
    let references = try ResolvedReferences.forStart(of: decoded)
    for path in try DaemonFiles(decoded).prepare() {
      log.notice("a directory that was missing is made", metadata: ["path": "\(path)"])
    }
    let lock = try DaemonLock(directory: configuration.stateDirectory)
    defer { lock.release() }
    let spoolLock = try DaemonLock(spool: configuration.spoolDirectory)
    defer { spoolLock.release() }
    lock.write(DaemonRecord(of: decoded))
    let context = DaemonContext(store: try open(report), report: report, log: log, output: output)
    try await live(with: references, on: context, onReady: onReady, orders: Self.orders)
    try context.store.close()
    log.notice("jobwatch has stopped")
  }

  /// Traps the signals; until then they end the process.
  private static func orders() async -> AsyncStream<Order> {
    let arrivals = await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup)
    let (orders, order) = AsyncStream.makeStream(of: Order.self)
    let forwarding = Task {
      for await signal in arrivals { order.yield(signal == .sighup ? .reload : .stop) }
    }
    order.onTermination = { _ in forwarding.cancel() }
    return orders
  }

  /// The daemon's life between lock and unlock, without signals: brings status log and rows up to date, and works until
  /// it is told to stop.
  ///
  /// - Parameter orders: called before the loops begin.
  package func live(
    with references: ResolvedReferences, on context: DaemonContext,
    onReady: @escaping @Sendable () -> Void = {}, orders: () async -> AsyncStream<Order>
  ) async throws {
    let (report, store) = (context.report, context.store)
    report.begins(.readingLog)
    let statusLog = StatusLog(path: configuration.statusLog, store: store, log: log)
    try await statusLog.recover(at: context.time.now(), routes: configuration.routeTable)
    await recount(store)
    let now = context.time.now().wall
    try await store.write { try $0.noteStart(at: now) }
    report.begins(.readingSpool)
    let readiness = Readiness(log, onReady: onReady)
    let supervisor = Supervisor(
      try await .make(configuration, references, on: context, statusLog) { [configuration] in
        readiness.settled(configuration)
      }, on: context, readiness, reload: reload)
    do {
      try await context.tell(
        .daemonStarted, "jobwatch has started", to: configuration.routeTable)
    } catch {
      await supervisor.current.discard()
      throw error
    }
    try await supervisor.run(await orders())
    await tellStop(supervisor.current.configuration, statusLog, context)
  }

  /// A stop that cannot be written, on a full disk for instance, is a stop: the next start writes what the log lacks.
  private func tellStop(_ last: Configuration, _ statusLog: StatusLog, _ context: DaemonContext) async {
    do {
      try await context.tell(.daemonStopped, "jobwatch has stopped", to: last.routeTable)
      // A bounded number of batches, because a stop may not take long.
      for _ in 0..<10 {
        guard try await statusLog.work(at: context.time.now()) != nil else { return }
      }
    } catch {
      log.warning("the stop cannot be told", metadata: ["error": "\(error)"])
    }
  }

  private func open(_ report: ServiceReport) throws -> Store {
    report.begins(.openingDatabase)
    return try Store(path: configuration.databasePath) { copy in
      log.notice("the database is brought up to date; as it was it is kept", metadata: ["copy": "\(copy)"])
      report.begins(.migrating)
    }
  }

  /// Only the status line shows the count, so a failure does not keep the daemon from starting.
  private func recount(_ store: Store) async {
    do {
      try await store.write { try $0.jobs.recountWatched() }
    } catch {
      log.warning(
        "the watched jobs were not counted again: their number in the status line may be wrong",
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
}
