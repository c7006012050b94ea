import JobWatchCore
import Synchronization

/// Both of the daemon's clocks, moved by hand.
final class ManualUptime: Sendable {
  private let moment = Mutex(
    Moment(wall: Timestamp(milliseconds: 1_795_000_000_000), uptime: .hours(1)))
  private let slept = Mutex(Duration.zero)

  var now: Moment { moment.withLock(\.self) }
  /// The time since the start without suspend.
  var awake: Duration { now.uptime - slept.withLock(\.self) }

  func pass(_ time: Duration, asleep: Bool = false) {
    moment.withLock { $0 = Moment(wall: $0.wall + time, uptime: $0.uptime + time) }
    if asleep { slept.withLock { $0 += time } }
  }
}
