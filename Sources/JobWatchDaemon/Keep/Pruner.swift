import JobWatchCore
import JobWatchStore
import Logging

/// Deletes what is finished, told and older than the retention, a little at a time, and shrinks the file.
actor Pruner: Worker {
  nonisolated let name = "pruner"

  private let store: Store
  private let keep: Duration
  private let log: Logger
  private var lastFree = 0

  private static let batch = 500
  private static let every = Duration.hours(1)

  init(keep: Duration, store: Store, log: Logger) {
    self.keep = keep
    self.store = store
    self.log = log
  }

  func work(at now: Moment) async throws -> Duration? {
    let horizon = now.wall - keep
    let pruned = try await store.write { try $0.prune(before: horizon, limit: Self.batch) }
    let free = try await store.shrink()
    // Nothing is freed in a database that was rebuilt without this setting: that must not become a loop.
    let isShrinking = free > 0 && free != lastFree
    lastFree = free
    if pruned > 0 { log.info("old rows are deleted", metadata: ["rows": "\(pruned)"]) }
    // Not at once: nobody waits for it, at a start least of all.
    return now.uptime + (pruned > 0 || isShrinking ? .milliseconds(10) : Self.every)
  }
}
