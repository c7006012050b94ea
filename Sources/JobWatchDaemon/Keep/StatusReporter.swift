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
  /// Loops whose trouble is on record; nil: not looked up yet.
  private var told: Set<String>?
  /// By reason, loops in trouble that kept itself from being written down. It is told once it can be, and be it over.
  private var untold: [String: (loops: [String], at: Timestamp)] = [:]

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
    let (standing, conditions) = try await ground.store.read {
      (try $0.standing(), try $0.conditions())
    }
    let due = await poller.due(at: now.uptime)
    ground.report.stands(
      StatusLine(
        standing: standing, due: due, conditions: conditions, accounts: accounts,
        channels: channels, unclosed: spool.unclosed
      ).line)
    try await tellDegraded(conditions, at: now)
    return now.uptime + Self.every
  }

  /// One that lasts is told once. That it is over is in the log and the status, and needs nobody's care.
  private func tellDegraded(_ conditions: [Transaction.Condition], at now: Moment) async throws {
    let known = (told ?? Set(conditions.compactMap(Self.loop)))
      .union(untold.values.flatMap(\.loops))
    // Not this loop: its own trouble it can tell only when it is over.
    let failing = vitals.failing.filter { $0.loop != name }
    // After a restart a loop's trouble is not over before it has tried again.
    let over = known.subtracting(failing.map(\.loop)).subtracting(vitals.unsettled)
    let fresh = failing.filter {
      !known.contains($0.loop) && now.awake - $0.failure.since >= grace
    }
    // A full disk is one trouble, however many loops it is in the way of.
    for (loop, failure) in fresh {
      untold[failure.reason, default: ([], now.wall)].loops.append(loop)
    }
    let changes = untold.map { reason, trouble in
      HealthChange.degraded(loops: trouble.loops, because: reason, at: trouble.at)
    }
    try await record(changes, over)
    untold = [:]
    told = known.subtracting(over).union(fresh.map(\.loop))
  }

  /// On record per loop, and told once.
  private func record(_ changes: [[HealthChange]], _ over: Set<String>) async throws {
    guard !changes.isEmpty || !over.isEmpty else { return }
    let routes = routes
    try await ground.store.write { transaction in
      for change in changes {
        try change.first?.commit(transaction, routes: routes)
        for other in change.dropFirst() { _ = try transaction.open(other.condition) }
      }
      for loop in over {
        _ = try transaction.close(
          HealthChange.subject(loop: loop), HealthChange.Kind.failing.rawValue)
      }
    }
  }

  private static func loop(_ condition: Transaction.Condition) -> String? {
    let prefix = HealthChange.subject(loop: "")
    guard condition.subject.hasPrefix(prefix) else { return nil }
    return String(condition.subject.dropFirst(prefix.count))
  }
}
