import Synchronization

/// Spool files that have been open for writing for too long, as their submitters called them: for the status line.
final class SpoolBacklog: Sendable {
  private let names = Mutex<[String]>([])

  var unclosed: [String] { names.withLock(\.self) }

  func note(unclosed: [String]) { names.withLock { $0 = unclosed } }
}
