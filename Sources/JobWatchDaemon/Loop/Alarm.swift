import Dispatch
import JobWatchCore
import Synchronization

/// Wakes one loop: at a time, or when rung. The only file that knows Dispatch's timers.
///
/// A ring while nobody waits is kept and ends the next wait at once, so no wake-up is lost between a loop's look
/// at the database and its going to sleep.
package final class Alarm: Sendable {
  /// No wait is longer, whatever its target: it bounds what a lost wake-up, a suspended machine or a clock that
  /// jumped can cost.
  package static let longestWait = Duration.seconds(30)

  private struct State {
    var isRung = false
    var sleeper: CheckedContinuation<Void, Never>?
  }

  private let state = Mutex(State())
  private let timer: Timer

  package init() {
    timer = Timer()
    timer.source.setEventHandler { [weak self] in self?.ring() }
    timer.source.activate()
  }

  deinit { timer.source.cancel() }

  package func ring() {
    let sleeper = state.withLock { state in
      let sleeper = state.sleeper
      state.sleeper = nil
      state.isRung = sleeper == nil
      return sleeper
    }
    sleeper?.resume()
  }

  /// Returns when rung, or after `duration` (at most `longestWait`). For one waiter at a time.
  package func wait(_ duration: Duration) async {
    let bounded = duration.clamped(.zero, Self.longestWait)
    timer.source.schedule(
      deadline: .now() + .milliseconds(Int(bounded.milliseconds)), leeway: .milliseconds(1))
    await withCheckedContinuation { continuation in
      let isRung = state.withLock { state in
        if state.isRung {
          state.isRung = false
          return true
        }
        state.sleeper = continuation
        return false
      }
      if isRung { continuation.resume() }
    }
  }

  /// Dispatch's sources are documented as safe to use from any thread, but not marked so.
  private final class Timer: @unchecked Sendable {
    let source = DispatchSource.makeTimerSource(queue: .global())
  }
}
