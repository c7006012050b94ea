import JobWatchCore
import Synchronization

/// All of the daemon's clocks, moved by hand.
final class ManualUptime: Sendable {
  private let moment = Mutex(
    Moment(wall: Timestamp(milliseconds: 1_795_000_000_000), uptime: .hours(1)))

  var now: Moment { moment.withLock(\.self) }

  func pass(_ time: Duration, asleep: Bool = false) {
    moment.withLock { now in
      now = Moment(
        wall: now.wall + time, uptime: now.uptime + time,
        slept: now.slept + (asleep ? time : .zero))
    }
  }

  /// Sets the wall clock, and no other.
  func set(by step: Duration) {
    moment.withLock { $0.wall = $0.wall + step }
  }
}
