import JobWatchCore
import JobWatchStore

/// Deletes what is finished, told and older than the retention, a little at a time, and then shrinks the file.
///
/// Nobody waits for it, so it begins some time after the start, and pauses after each turn for as long as the turn took.
actor Pruner: Worker {
  nonisolated let name = "pruner"

  private let keep: Duration
  private let context: DaemonContext

  private var dueAt: Duration?
  private var clockWatch = ClockWatch()
  /// Where the next batch begins; nil: the pass is over.
  private var place: Prunable.Place? = .start
  private var pruned = 0
  private var lastFree = 0

  /// A start has better things to do, and a machine whose clock was wrong may have it set by then.
  private static let firstWait = Duration.minutes(1)
  /// Nothing is deleted for this long after a leap of the clock, because a wrong clock makes rows old. A clock that
  /// stays wrong for longer is believed.
  private static let probation = Duration.hours(1)
  /// A smaller step makes nothing old that was not nearly so, and a night without an event is no leap.
  private static let leap = Duration.days(1)
  private static let shortestPause = Duration.milliseconds(10)
  /// Rows in a turn: so few that no commit waits long behind them.
  private static let batch = 100

  init(keep: Duration, _ context: DaemonContext) {
    self.keep = keep
    self.context = context
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
    let end = context.time.now()
    if !hasMore { place = .start }
    let pause = hasMore ? max(end.awake - now.awake, Self.shortestPause) : min(.hours(1), keep)
    dueAt = end.uptime + pause
    return dueAt
  }

  /// A long stop and a clock that leapt meanwhile look the same.
  private func firstWait() async throws -> Duration {
    let absence = try await context.store.read { try $0.events.downtimeBeforeStart() }
    return absence ?? .zero >= Self.leap ? Self.probation : Self.firstWait
  }

  private func prune(from place: Prunable.Place, at now: Timestamp) async throws {
    let horizon = now - keep
    let found = try await context.store.read {
      try $0.prunable(from: place, before: horizon, at: now, limit: Self.batch)
    }
    if !found.isEmpty { pruned += try await context.store.write { try $0.prune(found, before: horizon) } }
    self.place = found.next
    guard found.next == nil, pruned > 0 else { return }
    context.log.info("old rows are deleted", metadata: ["rows": "\(pruned)"])
    pruned = 0
  }

  /// True: there is more to give back.
  private func shrink() async throws -> Bool {
    let free = try await context.store.shrink()
    // A database that was rebuilt without `auto_vacuum` frees nothing: that must not become a loop.
    defer { lastFree = free }
    return free > 0 && free != lastFree
  }
}
