import JobWatchConfiguration
import JobWatchStatusLog
import JobWatchStore

extension StatusLog: Worker {}

/// One configuration at work: every worker with its loop.
///
/// The rows are the state, so a reload is a restart without the process: the next workers take up what these leave, as
/// after a crash. Only what is known of the credentials is handed over beside the rows (`CredentialMemory`). Handing
/// each worker the new configuration was rejected, because it is a second way to begin beside the one that must work.
struct Workers: Sendable {
  let configuration: Configuration
  let statusLog: StatusLog
  let stop: StopSignal
  private let references: ResolvedReferences
  private let context: DaemonContext
  private let transports: Transports
  private let health: HealthRegistry
  private var loops: [WorkerLoop] = []
  private var onNews: @Sendable (Store.News) -> Void = { _ in }
  private var onReportedDamage: @Sendable (StoreError) -> Void = { _ in }

  /// Opens nothing that the current workers hold, so that a configuration that cannot work is found before they end.
  ///
  /// - Parameter onSettled: called when every loop has done for the first time what was due.
  /// - Throws: `FileFailure` or `SecretError`, for what has changed since `references` were read.
  static func make(
    _ configuration: Configuration, _ references: ResolvedReferences, on context: DaemonContext,
    _ statusLog: StatusLog, onSettled: @escaping @Sendable () -> Void
  ) async throws -> Workers {
    let transports = Transports(configuration, references, open: context.openTransport)
    let stop = StopSignal()
    var workers = Workers(
      configuration: configuration, statusLog: statusLog, stop: stop, references: references,
      context: context, transports: transports,
      // Loops also settle while they end: that says nothing of their configuration. The report keeps the registry.
      health: HealthRegistry { [weak report = context.report] in
        if stop.isRaised { return }
        onSettled()
        report?.isReady()
      })
    do {
      try workers.makeLoops()
      return workers
    } catch {
      await transports.close()
      throw error
    }
  }

  /// Runs until `stop` is raised, or a worker has a `LastingFault`, and what was under way has ended.
  func run() async -> (any LastingFault)? {
    context.store.onNews(onNews)
    context.store.onReportedDamage(onReportedDamage)
    context.report.watches(health)
    let fault = await withTaskGroup(of: (any LastingFault)?.self) { group in
      for loop in loops {
        group.addTask {
          let fault = await loop.run(until: stop)
          if fault != nil { stop.raise() }
          return fault
        }
      }
      return await group.reduce(nil) { $0 ?? $1 }
    }
    // A connection that does not close is reported as a stalled loop is.
    let closing = health.register("connections")
    let call = closing.callBegan(limit: .seconds(30), at: context.time.now().awake)
    await transports.close()
    closing.callEnded(call)
    return fault
  }

  /// Instead of `run`.
  func discard() async { await transports.close() }

  /// Makes the workers, each with its loop, and the hints between them.
  private mutating func makeLoops() throws {
    let (store, log, time) = (context.store, context.log, context.time)
    let alarms = (log: alarm(), poller: alarm(), intake: alarm(), expiry: alarm(), integrity: alarm())
    let requests = TaskProgressRequests(alarm())
    let polling = health.register(Poller.loop)
    let poller = try Poller(
      configuration: configuration, store: store, clients: transports.clients,
      logins: transports.logins, clock: time.now, alarm: alarms.poller, log: log,
      memory: context.credentials, health: polling, progress: requests)
    let intake = try Intake(configuration, context, alarm: alarms.intake)
    let integrity = IntegrityCheck(context, bootID: BootID.current(), alarm: alarms.integrity)
    let relays = configuration.channels.map(relay)
    let relayAlarms = relays.map(\.alarm)
    loops =
      [
        loop(intake, alarms.intake), loop(poller, alarms.poller, polling),
        taskProgress(requests, of: poller), loop(statusLog, alarms.log),
        loop(ExpiryWatch(configuration: configuration, store: store, memory: context.clocks), alarms.expiry),
        loop(Pruner(keep: configuration.keep, context)),
        loop(WriterProbe(store: store, every: context.intervals.writerProbe)), loop(integrity, alarms.integrity),
        loop(StatusReporter(configuration, context, health, poller: poller) { intake.unclosed }),
      ] + relays + heartbeat()
    // The store keeps it, and the workers keep the store.
    onNews = { [weak poller] news in
      if news.hasEvents { for alarm in [alarms.log, alarms.expiry] { alarm.ring() } }
      if news.hasJobs || news.hasConditions || !news.hastened.isEmpty { poller?.hint(news.hastened) }
      if news.hasMessages { for alarm in relayAlarms { alarm.ring() } }
    }
    onReportedDamage = { _ in alarms.integrity.ring() }
  }

  private func alarm() -> Alarm {
    Alarm(context.time, longestWait: context.intervals.longestWait)
  }

  private func loop(_ worker: any Worker, _ alarm: Alarm? = nil, _ health: LoopHealth? = nil) -> WorkerLoop {
    WorkerLoop(
      worker: worker, alarm: alarm ?? self.alarm(),
      health: health ?? self.health.register(worker.name), log: context.log)
  }

  private func taskProgress(_ requests: TaskProgressRequests, of poller: Poller) -> WorkerLoop {
    let health = health.register("task progress")
    let worker = TaskProgressWorker(requests, of: poller, clients: transports.clients, context, health: health)
    return loop(worker, requests.alarm, health)
  }

  private func relay(_ channel: Channel) -> WorkerLoop {
    let (alarm, health) = (alarm(), health.register("relay \(channel.name)"))
    let relay = Relay(
      channel: channel.name, policy: configuration.delivery, routes: configuration.routeTable, context, alarm: alarm,
      health: health, deliver: delivery(to: channel))
    return loop(relay, alarm, health)
  }

  private func delivery(to channel: Channel) -> Relay.Delivery {
    guard let receiver = references.webhooks[channel.name] else {
      let journal = JournalChannel(output: context.output)
      return { try journal.deliver($0, at: $1) }
    }
    let webhook = WebhookChannel(
      url: receiver.url, format: receiver.format, timeout: configuration.delivery.timeout,
      transport: transports.webhooks)
    return { await webhook.deliver($0, at: $1) }
  }

  private func heartbeat() -> [WorkerLoop] {
    guard let policy = configuration.heartbeat, let url = references.heartbeat else { return [] }
    return [
      loop(Heartbeat(url: url, every: policy.every, loops: health, transport: transports.webhooks, log: context.log))
    ]
  }
}
