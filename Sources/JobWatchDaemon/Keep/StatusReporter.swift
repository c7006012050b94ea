import JobWatchConfiguration
import JobWatchCore
import JobWatchStore

/// Says every few seconds how things stand: to the service manager, for whoever looks, and as `daemon.degraded` when
/// a loop could not do its work for longer than the grace.
actor StatusReporter: Worker {
  nonisolated let name = "status"

  private let ground: DaemonContext
  private let vitals: HealthRegistry
  private let poller: Poller
  private let spool: SpoolBacklog
  private let accounts: Set<String>
  private let channels: Set<String>
  private let routes: RouteTable
  private let grace: Duration
  /// Nil until what is on record is read.
  private var troubles: WorkerTroubles?

  private static let every = Duration.seconds(5)

  init(
    _ configuration: Configuration, _ ground: DaemonContext, _ vitals: HealthRegistry,
    poller: Poller,
    spool: SpoolBacklog = SpoolBacklog()
  ) {
    self.ground = ground
    self.vitals = vitals
    self.poller = poller
    self.spool = spool
    accounts = Set(configuration.accounts.map(\.name))
    channels = Set(configuration.channels.map(\.name))
    routes = configuration.routeTable
    grace = configuration.breaker.grace
  }

  func work(at now: Moment) async throws -> Duration? {
    let (totals, conditions) = try await ground.store.read {
      (try $0.totals(), try $0.conditions.open())
    }
    let due = await poller.due(at: now.uptime)
    ground.report.stands(
      StatusLine(
        standing: totals, due: due, conditions: conditions.filter { $0.toldAt != nil },
        accounts: accounts, channels: channels, unclosed: spool.unclosed
      ).line)
    try await recordTroubles(conditions, at: now)
    return now.uptime + Self.every
  }

  /// That a trouble is over is in the log and the status, and needs nobody's care.
  private func recordTroubles(_ conditions: [Condition], at now: Moment) async throws {
    var troubles = troubles ?? WorkerTroubles(conditions, grace: grace)
    // Not this loop: its own trouble it can tell only when it is over.
    troubles.update(
      failing: vitals.failing.filter { $0.loop != name }, untried: vitals.unsettled, at: now)
    self.troubles = troubles
    let (changes, routes) = (troubles.changes(at: now.wall), routes)
    guard !changes.isEmpty else { return }
    try await ground.store.write { transaction in
      for change in changes { try transaction.apply(change, routes: routes) }
    }
    self.troubles?.stored()
  }
}
