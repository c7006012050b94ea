import JobWatchCore
import Synchronization

/// Wakes one loop: after a time, or when rung.
///
/// A ring while nobody waits ends the next wait at once, so no wake-up is lost between a loop's look at the database
/// and its wait.
package final class Alarm: Sendable {
  private struct State {
    var isRung = false
    var sleeper: CheckedContinuation<Void, Never>?
  }

  package let time: Time
  package let longestWait: Duration
  private let state = Mutex(State())

  /// - Parameter longestWait: bounds every wait, and so what a lost ring or a clock that was set can cost.
  package init(_ time: Time, longestWait: Duration) {
    self.time = time
    self.longestWait = longestWait
  }

  package func ring() {
    let sleeper = state.withLock { state in
      let sleeper = state.sleeper
      state.sleeper = nil
      state.isRung = sleeper == nil
      return sleeper
    }
    sleeper?.resume()
  }

  /// Returns when rung, or after `duration`. For one waiter at a time.
  package func wait(_ duration: Duration) async {
    let timer = time.wake(duration.clamped(.zero, longestWait)) { self.ring() }
    await withCheckedContinuation { continuation in
      let isRung = state.withLock { state in
        defer { state.isRung = false }
        if !state.isRung { state.sleeper = continuation }
        return state.isRung
      }
      if isRung { continuation.resume() }
    }
    withExtendedLifetime(timer) {}
  }
}

/// Waits until all tasks have ended; those that take longer than `timeout` are cancelled then.
func drain(_ tasks: [Task<Void, Never>], timeout: Duration, by time: Time) async {
  guard !tasks.isEmpty else { return }
  let timer = time.wake(timeout) { for task in tasks { task.cancel() } }
  for task in tasks { await task.value }
  withExtendedLifetime(timer) {}
}
