import JobWatchCore
import Synchronization

/// A clock that stands still until it is moved, for tests: `clock: { clock.now }`.
package final class ManualClock: Sendable {
  private let time: Mutex<Timestamp>

  package init(_ start: Timestamp) { time = Mutex(start) }

  package var now: Timestamp { time.withLock { $0 } }

  package func advance(by duration: Duration) { time.withLock { $0 = $0 + duration } }
}
