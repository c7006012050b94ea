import Synchronization

/// Tells loops to end: raised once, from any thread.
final class StopSignal: Sendable {
  private struct State {
    var isRaised = false
    var alarms: [Alarm] = []
  }

  private let state = Mutex(State())

  var isRaised: Bool { state.withLock(\.isRaised) }

  /// Rings `alarm` when raised, at once if it is already.
  func ring(_ alarm: Alarm) {
    let isRaised = state.withLock { state in
      state.alarms.append(alarm)
      return state.isRaised
    }
    if isRaised { alarm.ring() }
  }

  func raise() {
    let alarms = state.withLock { state in
      state.isRaised = true
      return state.alarms
    }
    for alarm in alarms { alarm.ring() }
  }
}
