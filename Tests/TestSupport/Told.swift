import Synchronization

/// What was told, from any thread.
package final class Told: Sendable {
  private let lines = Mutex<[String]>([])

  package init() {}

  package var all: [String] { lines.withLock(\.self) }
  package func callAsFunction(_ line: String) { lines.withLock { $0.append(line) } }
}
