import JobWatchCore
import JobWatchStore
import Logging

/// Deletes what is finished, told and older than the retention, a little at a time, and then shrinks the file.
///
/// Nobody waits for it, and so it is in nobody's way: it begins some time after the start, and rests after each turn
/// for as long as the turn took.
actor Pruner: Worker {
  nonisolated let name = "pruner"

  private let store: Store
  private let keep: Duration
  /// From the end of a pass to the next one.
  private let every: Duration
  private let clock: Clock
  private let log: Logger

  private var dueAt: Duration?
  private var clockWatch = ClockWatch()
  /// Where the next look begins; nil: the pass is over.
  private var place: Prunable.Place? = .start
  private var pruned = 0
  private var lastFree = 0

  /// A start has better things to do, and a machine whose clock was wrong may have it set by then.
  private static let firstWait = Duration.minutes(1)
  /// What a wrong clock makes old must not be deleted for it: nothing is, before one that has leapt has stood for so long
  /// without being set right. A clock that stays wrong for longer is believed.
  private static let probation = Duration.hours(1)
  /// A clock that leaps by less makes nothing old that was not nearly so, and a night without an event is no leap.
  private static let leap = Duration.days(1)
  private static let shortestRest = Duration.milliseconds(10)
  /// Rows in a turn: so few that no commit waits long behind them.
  private static let batch = 100

  init(keep: Duration, store: Store, clock: @escaping Clock, log: Logger) {
    self.keep = keep
    every = min(.hours(1), keep)
    self.store = store
    self.clock = clock
    self.log = log
  }

  func work(at now: Moment) async throws -> Duration? {
    var due: Duration
    if let dueAt { due = dueAt } else { due = now.uptime + (try await firstWait()) }
    if let step = clockWatch.step(at: now), step >= Self.leap {
      due = max(due, now.uptime + Self.probation)
      place = .start
    }
    dueAt = due
    // A loop also wakes in between.
    if now.uptime < due { return due }
    let hasMore: Bool
    if let place {
      try await prune(from: place, at: now.wall)
      hasMore = true
    } else {
      hasMore = try await shrink()
    }
    let end = clock()
    let next = end.uptime + (hasMore ? max(end.awake - now.awake, Self.shortestRest) : every)
    if !hasMore { place = .start }
    dueAt = next
    return next
  }

  /// Whether the daemon was down for long, or the clock leapt meanwhile, cannot be told apart.
  private func firstWait() async throws -> Duration {
    let absence = try await store.read { try $0.events.absenceBeforeStart() }
    return absence ?? .zero >= Self.leap ? Self.probation : Self.firstWait
  }

  private func prune(from place: Prunable.Place, at now: Timestamp) async throws {
    let horizon = now - keep
    let found = try await store.read {
      try $0.prunable(from: place, before: horizon, at: now, limit: Self.batch)
    }
    if !found.isEmpty { pruned += try await store.write { try $0.prune(found, before: horizon) } }
    self.place = found.next
    guard found.next == nil, pruned > 0 else { return }
    log.info("old rows are deleted", metadata: ["rows": "\(pruned)"])
    pruned = 0
  }

  /// True: there is more to give back.
  private func shrink() async throws -> Bool {
    let free = try await store.shrink()
    // Nothing is freed in a database that was rebuilt without this setting: that must not become a loop.
    defer { lastFree = free }
    return free > 0 && free != lastFree
  }
}
