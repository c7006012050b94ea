import JobWatchConfiguration
import JobWatchCore
import JobWatchStore

/// Says every few seconds how things stand: as the status at the service manager, and as `daemon.degraded` when a loop
/// could not do its work for longer than the grace.
actor StatusReporter: Worker {
  nonisolated let name = "status"

  private let context: DaemonContext
  private let loops: HealthRegistry
  private let poller: Poller
  private let unclosed: @Sendable () -> [String]
  private let configuration: Configuration
  private var failures: LoopFailures

  init(
    _ configuration: Configuration, _ context: DaemonContext, _ loops: HealthRegistry,
    poller: Poller, unclosed: @escaping @Sendable () -> [String] = { [] }
  ) {
    self.context = context
    self.loops = loops
    self.poller = poller
    self.unclosed = unclosed
    self.configuration = configuration
    failures = LoopFailures(grace: configuration.breaker.grace)
  }

  func work(at now: Moment) async throws -> Duration? {
    // First, because a failure may be over when the database can be read again. Without this loop, which can tell its
    // own failure only when it is over.
    failures.update(failing: loops.failing.filter { $0.loop != name }, untried: loops.unsettled, at: now)
    let (totals, conditions) = try await context.store.read {
      (try $0.totals(), try $0.conditions.open())
    }
    let due = await poller.due(at: now.uptime)
    context.report.shows(
      StatusLine(
        totals: totals, due: due, conditions: conditions.filter { $0.toldAt != nil },
        accounts: Set(configuration.accounts.map(\.name)),
        channels: Set(configuration.channels.map(\.name)), unclosed: unclosed()
      ).line)
    let changes = failures.changes(to: conditions, at: now.wall)
    if !changes.isEmpty {
      try await context.store.write { [routes = configuration.routeTable] transaction in
        for change in changes { try transaction.apply(change, routes: routes) }
      }
    }
    failures.stored()
    return now.uptime + context.intervals.status
  }
}

/// The loops that cannot do their work. A failure stays here until its end is on record, because a full disk may be what
/// keeps it from being written.
struct LoopFailures {
  private struct Failure {
    var since: Timestamp
    var reason: String
    var toldAt: Timestamp?
  }

  private let grace: Duration
  private var failures: [String: Failure] = [:]
  /// The loops whose failure may last.
  private var lasting: Set<String> = []

  /// - Parameter grace: how long a failure lasts before it is told.
  init(grace: Duration) { self.grace = grace }

  /// Takes what the loops say now.
  /// - Parameter untried: loops that have not tried since the start: the failure on record may last.
  mutating func update(failing: [(loop: String, failure: LoopHealth.Failure)], untried: [String], at now: Moment) {
    for (loop, failure) in failing {
      let age = now.awake - failure.since
      var known = failures[loop] ?? Failure(since: now.wall - age, reason: failure.reason)
      if known.toldAt == nil, age >= grace { (known.reason, known.toldAt) = (failure.reason, now.wall) }
      failures[loop] = known
    }
    lasting = Set(failing.map(\.loop)).union(untried)
  }

  /// What the open conditions on record lack. One reason is told once, in however many loops it shows.
  func changes(to conditions: [Condition], at now: Timestamp) -> [ConditionChange] {
    var record: [String: Condition] = [:]
    for condition in conditions {
      if case .worker(let loop) = condition.subject { record[loop] = condition }
    }
    let known = failures.sorted { $0.key < $1.key }
    let begun = known.filter { record[$0.key] == nil }.map { loop, failure in
      ConditionChange.begins(Condition(.worker(loop), .failing, since: failure.since, cause: failure.reason))
    }
    let untold = known.filter { $0.value.toldAt != nil && record[$0.key]?.toldAt == nil }
    let told = Dictionary(grouping: untold, by: \.value.reason).sorted { $0.key < $1.key }
      .flatMap { reason, loops in
        ConditionChange.degraded(
          Dictionary(uniqueKeysWithValues: loops.map { ($0.key, record[$0.key]?.since ?? $0.value.since) }),
          because: reason, at: loops.compactMap(\.value.toldAt).min() ?? now)
      }
    let over = Set(record.keys).union(failures.keys).subtracting(lasting)
    return begun + told + over.sorted().map { .works($0, at: now) }
  }

  /// `changes` is on record.
  mutating func stored() { failures = failures.filter { lasting.contains($0.key) } }
}

/// Passes through the writer's queue now and then. A writer that is stuck stalls this loop, and so is found however
/// little there is to write. It changes nothing, and so needs no room on the disk.
struct WriterProbe: Worker {
  let name = "writer"
  let store: Store
  let every: Duration

  func work(at now: Moment) async throws -> Duration? {
    try await store.write { _ in }
    return now.uptime + every
  }
}
