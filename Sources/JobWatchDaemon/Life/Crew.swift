import CloudAPI
import JobWatchConfiguration
import JobWatchCore
import JobWatchStatusLog
import JobWatchStore

/// Builds the workers of a generation, each with its loop, and the hints between them.
struct Crew {
  let configuration: Configuration
  let supplies: Supplies
  let ground: DaemonContext
  let transports: Transports
  let vitals: HealthRegistry

  /// Who is woken by what the database says.
  struct Hints: Sendable {
    var onNews: @Sendable (Store.News) -> Void
    var onDoubt: @Sendable (StoreError) -> Void
  }

  func loops(_ statusLog: StatusLog) throws -> ([WorkerLoop], Hints) {
    let (store, log) = (ground.store, ground.log)
    let alarms = (
      log: Alarm(), poller: Alarm(), intake: Alarm(), expiry: Alarm(), integrity: Alarm()
    )
    let pulse = vitals.pulse(Poller.loop)
    let poller = try Poller(
      configuration: configuration, store: store, clients: transports.clients,
      logins: transports.logins, clock: ground.clock, alarm: alarms.poller,
      log: log, memory: ground.credentials, health: pulse)
    let relays = configuration.channels.map(relay)
    let intake = try Intake(
      configuration: configuration, store: store, alarm: alarms.intake, log: log)
    let expiry = ExpiryWatch(configuration: configuration, store: store)
    let integrity = IntegrityCheck(
      store: store, bootID: BootID.current(), alarm: alarms.integrity, log: log)
    let loops = [
      loop(intake, alarms.intake),
      WorkerLoop(
        worker: poller, alarm: alarms.poller, pulse: pulse, clock: ground.clock, log: log),
      loop(statusLog, alarms.log),
      loop(expiry, alarms.expiry),
      loop(Pruner(keep: configuration.keep, store: store, clock: ground.clock, log: log)),
      loop(WriterProbe(store: store)), loop(integrity, alarms.integrity),
      loop(
        StatusReporter(configuration, ground, vitals, poller: poller, spool: intake.backlog)),
    ]
    let onNews: @Sendable (Store.News) -> Void = { news in
      if news.hasEvents { alarms.log.ring() }
      if news.hasEvents { alarms.expiry.ring() }
      if news.hasJobs || news.hasConditions { poller.hint() }
      if news.hasMessages { for relay in relays { relay.alarm.ring() } }
    }
    let hints = Hints(onNews: onNews, onDoubt: integrity.note)
    return (loops + relays + heartbeat(), hints)
  }

  private func loop(_ worker: any Worker, _ alarm: Alarm = Alarm()) -> WorkerLoop {
    WorkerLoop(
      worker: worker, alarm: alarm, pulse: vitals.pulse(worker.name), clock: ground.clock,
      log: ground.log)
  }

  private func relay(_ channel: Channel) -> WorkerLoop {
    let (alarm, deliver) = (Alarm(), delivery(to: channel))
    let pulse = vitals.pulse("relay \(channel.name)")
    let relay = Relay(
      channel: channel.name, policy: configuration.delivery, store: ground.store,
      routes: configuration.routeTable, clock: ground.clock, alarm: alarm, log: ground.log,
      loop: pulse, deliver: deliver)
    return WorkerLoop(
      worker: relay, alarm: alarm, pulse: pulse, clock: ground.clock, log: ground.log)
  }

  private func heartbeat() -> [WorkerLoop] {
    guard let policy = configuration.heartbeat, let url = supplies.heartbeat else { return [] }
    let heartbeat = Heartbeat(
      url: url, every: policy.every, vitals: vitals, transport: transports.webhooks.transport,
      log: ground.log)
    return [loop(heartbeat)]
  }

  private func delivery(to channel: Channel) -> Relay.Delivery {
    guard let supply = supplies.webhooks[channel.name] else {
      let journal = JournalChannel(output: ground.output)
      return { try journal.deliver($0, at: $1) }
    }
    let webhook = WebhookChannel(
      url: supply.url, format: .standardWebhooks(supply.signer),
      timeout: configuration.delivery.timeout, transport: transports.webhooks.transport)
    return { await webhook.deliver($0, at: $1) }
  }
}
