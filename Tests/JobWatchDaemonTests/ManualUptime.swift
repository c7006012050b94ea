import JobWatchCore
import Synchronization

/// Both of the daemon's clocks, moved by hand.
final class ManualUptime: Sendable {
  private let moment = Mutex(
    Moment(wall: Timestamp(milliseconds: 1_795_000_000_000), uptime: .hours(1)))

  var now: Moment { moment.withLock(\.self) }

  func pass(_ time: Duration) {
    moment.withLock { $0 = Moment(wall: $0.wall + time, uptime: $0.uptime + time) }
  }
}
