import Foundation

/// Reads all clocks. Only loops, ends of calls and commands do; every decision takes the time as a parameter.
package typealias Clock = @Sendable () -> Moment

package enum SystemClock {
  /// Wall clock, and the time since boot. `awake` is CLOCK_MONOTONIC, by which Dispatch's timers and systemd's watchdog
  /// run.
  package static let now: Clock = {
    let (awake, uptime) = (read(CLOCK_MONOTONIC), read(CLOCK_BOOTTIME))
    return Moment(wall: Timestamp(Date()), uptime: uptime, slept: uptime - awake)
  }

  private static func read(_ clock: clockid_t) -> Duration {
    var time = timespec()
    clock_gettime(clock, &time)
    return .seconds(Int64(time.tv_sec)) + .nanoseconds(Int64(time.tv_nsec))
  }
}
