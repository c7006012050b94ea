import Foundation
import JobWatchCore

/// Reads both clocks. Only loops and the ends of calls do; every decision takes the time as a parameter.
package typealias Clock = @Sendable () -> Moment

package enum SystemClock {
  /// Wall clock, and the time since boot with suspend counted in.
  package static let now: Clock = {
    var boot = timespec()
    clock_gettime(CLOCK_BOOTTIME, &boot)
    return Moment(
      wall: Timestamp(Date()),
      uptime: .seconds(Int64(boot.tv_sec)) + .nanoseconds(Int64(boot.tv_nsec)))
  }

  /// The time since boot without suspend, as the service manager counts it.
  static func monotonic() -> Duration {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return .seconds(Int64(time.tv_sec)) + .nanoseconds(Int64(time.tv_nsec))
  }
}
