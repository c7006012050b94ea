import JobWatchCore
import JobWatchStore
import Logging

/// Deletes what is finished, told and older than the retention, a little at a time, and shrinks the file.
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
  private var lastFree = 0

  /// A start has better things to do, and a machine whose clock was wrong may have it set by then.
  private static let firstWait = Duration.minutes(1)
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
    let due = dueAt ?? now.uptime + Self.firstWait
    dueAt = due
    // A loop also wakes in between.
    if now.uptime < due { return due }
    let horizon = now.wall - keep
    let pruned = try await store.write { try $0.prune(before: horizon, limit: Self.batch) }
    if pruned > 0 { log.info("old rows are deleted", metadata: ["rows": "\(pruned)"]) }
    let isShrinking = try await shrink()
    let hasMore = pruned > 0 || isShrinking
    let end = clock().uptime
    let next = end + (hasMore ? max(end - now.uptime, Self.shortestRest) : every)
    dueAt = next
    return next
  }

  /// True: there is more to give back.
  private func shrink() async throws -> Bool {
    let free = try await store.shrink()
    // Nothing is freed in a database that was rebuilt without this setting: that must not become a loop.
    defer { lastFree = free }
    return free > 0 && free != lastFree
  }
}
