import Dispatch
import JobWatchCore

/// The clocks and the timer: the system's, or those of a test. The only file that knows Dispatch's timers.
package struct Time: Sendable {
  /// Calls `ring` once, after a time, from any thread. Letting go of the result ends it before.
  package typealias Wake = @Sendable (_ after: Duration, _ ring: @escaping @Sendable () -> Void) -> any Sendable

  package var now: Clock
  package var wake: Wake

  package init(now: @escaping Clock, wake: @escaping Wake) {
    self.now = now
    self.wake = wake
  }

  /// Returns after a time, or once the task is cancelled.
  func pause(_ duration: Duration) async {
    let (rings, ring) = AsyncStream.makeStream(of: Void.self)
    let timer = wake(duration) { ring.finish() }
    for await _ in rings {}
    withExtendedLifetime(timer) {}
  }

  /// `wake` calls from a thread of Dispatch's, which no task holds up.
  package static let system = Time(now: SystemClock.now) { Timer(after: $0, ring: $1) }

  /// Dispatch's sources are documented as safe to use from any thread, but not marked so.
  private final class Timer: @unchecked Sendable {
    private let source = DispatchSource.makeTimerSource(queue: .global())

    init(after wait: Duration, ring: @escaping @Sendable () -> Void) {
      source.schedule(deadline: .now() + .milliseconds(Int(wait.milliseconds)), leeway: .milliseconds(1))
      source.setEventHandler(handler: ring)
      source.activate()
    }

    deinit { source.cancel() }
  }
}
