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
  private let spool: SpoolBacklog
  private let accounts: Set<String>
  private let channels: Set<String>
  private let routes: RouteTable
  private var failures: LoopFailures

  init(
    _ configuration: Configuration, _ context: DaemonContext, _ loops: HealthRegistry,
    poller: Poller, spool: SpoolBacklog = SpoolBacklog()
  ) {
    self.context = context
    self.loops = loops
    self.poller = poller
    self.spool = spool
    accounts = Set(configuration.accounts.map(\.name))
    channels = Set(configuration.channels.map(\.name))
    routes = configuration.routeTable
    failures = LoopFailures(grace: configuration.breaker.grace)
  }

  func work(at now: Moment) async throws -> Duration? {
    // First, because a failure may be over when the database can be read again. Without this loop, which can tell its
    // own failure only when it is over.
    failures.update(
      failing: loops.failing.filter { $0.loop != name }, untried: loops.unsettled, at: now)
    let (totals, conditions) = try await context.store.read {
      (try $0.standing(), try $0.openConditions())
    }
    let due = await poller.due(at: now.uptime)
    context.report.shows(
      StatusLine(
        totals: totals, due: due, conditions: conditions.filter { $0.toldAt != nil },
        accounts: accounts, channels: channels, unclosed: spool.unclosed
      ).line)
    failures.restore(conditions)
    try await store(failures.changes(at: now.wall))
    return now.uptime + context.intervals.status
  }

  private func store(_ changes: [ConditionChange]) async throws {
    guard !changes.isEmpty else { return }
    try await context.store.write { [routes] transaction in
      for change in changes { try transaction.apply(change, routes: routes) }
    }
    failures.stored()
  }
}

/// The loops that cannot do their work: when each began to fail, when that is told, and when it is over. All of it stays
/// here until it is on record, because a full disk may be what keeps it from being written.
struct LoopFailures {
  private struct Failure {
    var since: Timestamp
    var reason: String
    var toldAt: Timestamp?
    var isOver = false
    var isStored = false
    var isTellingStored = false

    var needsStoring: Bool { !isStored || isOver || (toldAt != nil && !isTellingStored) }
  }

  private let grace: Duration
  private var failures: [String: Failure] = [:]
  /// The loops whose failure may last.
  private var lasting: Set<String> = []
  private var isRestored = false

  /// - Parameter grace: how long a failure lasts before it is told.
  init(grace: Duration) { self.grace = grace }

  /// Takes what the loops say now.
  /// - Parameter untried: loops that have not tried since the start: the failure on record may last.
  mutating func update(
    failing: [(loop: String, failure: LoopHealth.Failure)], untried: [String], at now: Moment
  ) {
    for (loop, failure) in failing {
      let age = now.awake - failure.since
      var known = failures[loop] ?? Failure(since: now.wall - age, reason: failure.reason)
      known.isOver = false
      if known.toldAt == nil, age >= grace {
        (known.reason, known.toldAt) = (failure.reason, now.wall)
      }
      failures[loop] = known
    }
    lasting = Set(failing.map(\.loop)).union(untried)
    for loop in Array(failures.keys) where !lasting.contains(loop) {
      failures[loop]?.isOver = true
    }
  }

  /// Takes what was on record when this began; later calls do nothing.
  mutating func restore(_ conditions: [Condition]) {
    guard !isRestored else { return }
    isRestored = true
    for condition in conditions {
      guard case .worker(let loop) = condition.subject else { continue }
      var failure = failures[loop] ?? Failure(since: condition.since, reason: condition.cause)
      (failure.since, failure.toldAt) = (condition.since, condition.toldAt ?? failure.toldAt)
      (failure.isStored, failure.isTellingStored) = (true, condition.toldAt != nil)
      failure.isOver = !lasting.contains(loop)
      failures[loop] = failure
    }
  }

  /// What is to be stored. One reason is told once, in however many loops it shows.
  func changes(at now: Timestamp) -> [ConditionChange] {
    let open = failures.filter(\.value.needsStoring).sorted { $0.key < $1.key }
    let begun = open.filter { !$0.value.isStored }.map { loop, failure in
      ConditionChange.begins(
        Condition(.worker(loop), .failing, since: failure.since, cause: failure.reason))
    }
    let untold = open.filter { $0.value.toldAt != nil && !$0.value.isTellingStored }
    let told = Dictionary(grouping: untold, by: \.value.reason).sorted { $0.key < $1.key }
      .flatMap { reason, loops in
        ConditionChange.degraded(
          Dictionary(uniqueKeysWithValues: loops.map { ($0.key, $0.value.since) }),
          because: reason, at: loops.compactMap(\.value.toldAt).min() ?? now)
      }
    let over = open.filter(\.value.isOver).map { ConditionChange.works($0.key, at: now) }
    return begun + told + over
  }

  /// All of `changes` is on record.
  mutating func stored() {
    failures = failures.filter { !$0.value.isOver }.mapValues { failure in
      var failure = failure
      (failure.isStored, failure.isTellingStored) = (true, failure.toldAt != nil)
      return failure
    }
  }
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
