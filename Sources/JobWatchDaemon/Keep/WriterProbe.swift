import JobWatchCore
import JobWatchStore

/// Permits through the writer's queue now and then: a writer that is stuck stalls this loop, and so is found
/// out however little there is to write. It changes nothing, and so needs no room on the disk.
struct WriterProbe: Worker {
  let name = "writer"
  let store: Store

  private static let every = Duration.seconds(10)

  func work(at now: Moment) async throws -> Duration? {
    try await store.write { _ in }
    return now.uptime + Self.every
  }
}
