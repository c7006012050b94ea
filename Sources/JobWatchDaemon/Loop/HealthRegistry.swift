import Synchronization

/// The pulses of all loops.
package final class HealthRegistry: Sendable {
  private struct State {
    var pulses: [LoopHealth] = []
    var unsettled = 0
  }

  private let state = Mutex(State())
  private let onSettled: @Sendable () -> Void

  /// - Parameter onSettled: called when every loop has done for the first time all that was due.
  package init(onSettled: @escaping @Sendable () -> Void = {}) { self.onSettled = onSettled }

  package func pulse(_ name: String) -> LoopHealth {
    let pulse = LoopHealth(name) { [weak self] in self?.settled() }
    state.withLock { state in
      state.pulses.append(pulse)
      state.unsettled += 1
    }
    return pulse
  }

  /// For what is no loop, and has nothing to do at the start.
  func watch(_ pulse: LoopHealth) { state.withLock { $0.pulses.append(pulse) } }

  private func settled() {
    let isLast = state.withLock { state in
      state.unsettled -= 1
      return state.unsettled == 0
    }
    if isLast { onSettled() }
  }

  /// Every loop has done for the first time all that was due.
  package var hasSettled: Bool { state.withLock { $0.unsettled == 0 } }

  /// The names of the loops that have not yet.
  package var unsettled: [String] {
    state.withLock(\.pulses).filter { !$0.hasSettled }.map(\.name)
  }

  /// The names of the loops that no longer turn.
  package func stalled(at awake: Duration) -> [String] {
    state.withLock(\.pulses).filter { $0.isStalled(at: awake) }.map(\.name)
  }

  /// The loops that turn and cannot do their work.
  package var failing: [(loop: String, failure: LoopHealth.Failure)] {
    state.withLock(\.pulses).compactMap { pulse in pulse.failure.map { (pulse.name, $0) } }
  }
}
