import CloudAPI
import JobWatchCore
import JobWatchStore
import Logging
import ServiceLifecycle
import UnixSignals

/// The whole daemon: one store, and a loop per worker around it.
package struct Daemon: Sendable {
  private let configuration: Configuration
  private let clock: Clock
  private let log: Logger

  package init(
    _ configuration: Configuration, clock: @escaping Clock = SystemClock.now, log: Logger
  ) {
    self.configuration = configuration
    self.clock = clock
    self.log = log
  }

  /// Runs until one of `signals` arrives or the task that runs it is told to shut down gracefully.
  ///
  /// - Parameter onReady: called once the spool and the database are open and the loops are about to turn.
  /// - Throws: `FileFailure`, `StoreError`, `SecretError` or `DaemonLock.Held` when it cannot start.
  package func run(
    stopOn signals: [UnixSignal] = [.sigterm, .sigint],
    onReady: @escaping @Sendable () -> Void = {}
  ) async throws {
    let lock = try DaemonLock(directory: configuration.stateDirectory)
    defer { lock.release() }
    let store = try Store(path: configuration.databasePath)
    let statusLog = StatusLog(path: configuration.statusLog, store: store, log: log)
    try await statusLog.recover(at: clock(), routes: configuration.routeTable)
    let transports = try Transports(configuration)
    do {
      let (loops, poller) = try await loops(store, statusLog, transports)
      try await tell(.daemonStarted, "jobwatch has started", store)
      let service = WorkerLoops(loops: loops) {
        log.notice("SIGHUP: the secrets of all accounts are read again")
        poller.rereadSecrets()
      } onReady: {
        log.notice("jobwatch is running", metadata: summary)
        onReady()
      }
      try await ServiceGroup(
        configuration: .init(
          services: [.init(service: service)], gracefulShutdownSignals: signals, logger: quiet)
      ).run()
      try await tell(.daemonStopped, "jobwatch has stopped", store)
      _ = try await statusLog.work(at: clock())
    } catch {
      await transports.shutdown()
      throw error
    }
    await transports.shutdown()
    try store.close()
    log.notice("jobwatch has stopped")
  }

  /// The library's own steps are of no interest to an operator.
  private var quiet: Logger {
    var quiet = log
    quiet.logLevel = .warning
    return quiet
  }

  private var summary: Logger.Metadata {
    [
      "accounts": "\(configuration.accounts.map(\.name).joined(separator: ","))",
      "database": "\(configuration.databasePath)", "spool": "\(configuration.spoolDirectory)",
    ]
  }

  private func tell(_ kind: EventKind, _ summary: String, _ store: Store) async throws {
    let event = EventDraft(kind, at: clock().wall, EventData(summary: summary))
    let channels = configuration.routeTable.channels(for: event)
    _ = try await store.write { try $0.append(event, of: nil, to: channels) }
  }

  /// Every worker with its loop, and the hints between them; of the workers, the one that is told of hangups.
  private func loops(_ store: Store, _ statusLog: StatusLog, _ transports: Transports) async throws
    -> ([WorkerLoop], Poller)
  {
    let troubles = TroubleLog()
    try await noteAbsence(of: store, in: troubles)
    let alarms = (intake: Alarm(), poller: Alarm(), log: Alarm(), expiry: Alarm(), pruner: Alarm())
    let poller = try Poller(
      configuration: configuration, store: store, clients: transports.clients,
      logins: transports.logins, clock: clock, alarm: alarms.poller, troubles: troubles, log: log)
    let relays = try configuration.channels.map { channel in
      try relay(channel, store, transports)
    }
    store.onNews { news in
      if news.hasEvents { alarms.log.ring() }
      if news.hasEvents { alarms.expiry.ring() }
      if news.hasJobs || news.hasConditions { poller.hint() }
      if news.hasMessages { for relay in relays { relay.alarm.ring() } }
    }
    let intake = try Intake(
      configuration: configuration, store: store, alarm: alarms.intake, log: log)
    let expiry = ExpiryWatch(configuration: configuration, store: store, troubles: troubles)
    let pruner = Pruner(keep: configuration.keep, store: store, log: log)
    let own = [
      loop(intake, alarms.intake), loop(poller, alarms.poller), loop(statusLog, alarms.log),
      loop(expiry, alarms.expiry), loop(pruner, alarms.pruner),
    ]
    return (own + relays, poller)
  }

  private func loop(_ worker: any Worker, _ alarm: Alarm) -> WorkerLoop {
    WorkerLoop(worker: worker, alarm: alarm, clock: clock, log: log)
  }

  private func relay(_ channel: Channel, _ store: Store, _ transports: Transports) throws
    -> WorkerLoop
  {
    let alarm = Alarm()
    let deliver: @Sendable (OutgoingMessage, Moment) async throws -> DeliveryOutcome
    switch channel.kind {
    case .journal:
      let journal = JournalChannel(log: log)
      deliver = { message, _ in try journal.deliver(message) }
    case .webhook(let url, let secrets):
      let address = try url.read()
      if let problem = WebAddress.problem(withWebhook: address.reveal()) {
        throw SecretError(message: "the address of channel \(channel.name) \(problem)")
      }
      let webhook = WebhookChannel(
        url: address,
        signer: try StandardWebhooks(secrets: try secrets.map { try $0.read() }),
        timeout: configuration.delivery.timeout, transport: transports.webhooks.transport)
      deliver = { await webhook.deliver($0, at: $1) }
    }
    let relay = Relay(
      channel: channel.name, policy: configuration.delivery, store: store,
      routes: configuration.routeTable, clock: clock, alarm: alarm, log: log, deliver: deliver)
    return loop(relay, alarm)
  }

  /// The time since the last sign of life is a blind gap for every job.
  private func noteAbsence(of store: Store, in troubles: TroubleLog) async throws {
    let now = clock().wall
    guard let last = try await store.read({ try $0.lastSignOfLife() }), last < now else { return }
    troubles.begin(.everywhere, "stopped", at: last, cause: "jobwatch was not running")
    troubles.end(.everywhere, "stopped", at: now)
  }
}
