import JobWatchCore
import Synchronization

/// The daemon's clocks, which stand still until a test moves them: `clock: { clock.now }`.
package final class ManualClock: Sendable {
  private let moment: Mutex<Moment>

  package init(
    _ wall: Timestamp = Timestamp(milliseconds: 1_795_000_000_000), uptime: Duration = .hours(1)
  ) {
    moment = Mutex(Moment(wall: wall, uptime: uptime))
  }

  package var now: Moment { moment.withLock(\.self) }
  package var wall: Timestamp { now.wall }

  package func pass(_ time: Duration, asleep: Bool = false) {
    moment.withLock { now in
      now = Moment(
        wall: now.wall + time, uptime: now.uptime + time,
        slept: now.slept + (asleep ? time : .zero))
    }
  }

  /// Sets the wall clock, and no other.
  package func set(by step: Duration) {
    moment.withLock { $0.wall = $0.wall + step }
  }
}
