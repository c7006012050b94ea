import JobWatchCore
import JobWatchStore
import Logging

/// Deletes what is finished, told and older than the retention, a little at a time, and shrinks the file.
actor Pruner: Worker {
  nonisolated let name = "pruner"

  private let store: Store
  private let keep: Duration
  private let log: Logger

  private static let batch = 500
  private static let every = Duration.hours(1)

  init(keep: Duration, store: Store, log: Logger) {
    self.keep = keep
    self.store = store
    self.log = log
  }

  func work(at now: Moment) async throws -> Duration? {
    let horizon = now.wall - keep
    var total = 0
    while true {
      let pruned = try await store.write { try $0.prune(before: horizon, limit: Self.batch) }
      if pruned == 0 { break }
      total += pruned
    }
    if total > 0 {
      while try await store.shrink() > 0 {}
      log.info("old rows are deleted", metadata: ["rows": "\(total)"])
    }
    return now.uptime + Self.every
  }
}
