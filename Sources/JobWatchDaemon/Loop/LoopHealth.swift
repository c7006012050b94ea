import JobWatchCore
import Synchronization

/// What one loop is doing, by when it must have done it, and whether it could.
///
/// A loop that turns and fails is alive: it tries again, and a restart does not help. A loop that does not come back
/// from its work, does not wake in time, or has a call past its time limit is stalled: only a restart helps.
///
/// All times are those of `Moment.awake`, which stands still while the machine is suspended, as timers do.
package final class LoopHealth: Sendable {
  package struct Failure: Sendable, Hashable {
    package var since: Duration
    package var reason: String
  }

  private struct State {
    var overdueAt: Duration?
    /// The time limits of calls, by number.
    var calls: [Int: Duration] = [:]
    var begun = 0
    var hasSettled = false
    var failure: Failure?
  }

  package let name: String
  private let state = Mutex(State())
  private let onSettled: @Sendable () -> Void

  /// Far more than a turn takes on a busy disk; a turn that takes longer calls `turns` again.
  static let turnLimit = Duration.seconds(60)
  /// How late a wake-up may be on an overloaded machine.
  static let wakeSlack = Duration.seconds(30)

  /// - Parameter onSettled: called once, when the loop has done for the first time all that was due.
  package init(_ name: String, onSettled: @escaping @Sendable () -> Void = {}) {
    self.name = name
    self.onSettled = onSettled
  }

  /// A turn begins, or a long one makes progress.
  func turns(at awake: Duration) {
    state.withLock { $0.overdueAt = awake + Self.turnLimit }
  }

  /// The turn is over. More is due at once where `next` is not after `awake`.
  /// - Parameter reason: why the loop could not do what was due.
  func waits(until next: Duration, at awake: Duration, because reason: String? = nil) {
    let isFirst = state.withLock { state in
      state.overdueAt = max(next, awake) + Self.wakeSlack
      state.failure = reason.map { Failure(since: state.failure?.since ?? awake, reason: $0) }
      guard !state.hasSettled, reason != nil || next > awake else { return false }
      state.hasSettled = true
      return true
    }
    if isFirst { onSettled() }
  }

  func failed(_ reason: String, retriesAt next: Duration, at awake: Duration) {
    waits(until: next, at: awake, because: reason)
  }

  /// Nothing more is to be expected.
  func ends() {
    state.withLock { state in
      state.overdueAt = nil
      state.calls = [:]
    }
  }

  /// Returns the number of a call that goes on beside the turns, for `callEnded`.
  package func callBegan(limit: Duration, at awake: Duration) -> Int {
    state.withLock { state in
      state.begun += 1
      state.calls[state.begun] = awake + limit
      return state.begun
    }
  }

  package func callEnded(_ number: Int) {
    state.withLock { $0.calls[number] = nil }
  }

  package func isStalled(at awake: Duration) -> Bool {
    state.withLock { state in
      state.overdueAt.map { $0 < awake } ?? false || state.calls.values.contains { $0 < awake }
    }
  }

  /// The loop has done for the first time all that was due, or has failed to.
  package var hasSettled: Bool { state.withLock(\.hasSettled) }

  /// Why the loop cannot do its work now, and since when; nil: it can.
  package var failure: Failure? { state.withLock(\.failure) }
}

package final class HealthRegistry: Sendable {
  private struct State {
    var loops: [LoopHealth] = []
    var unsettled = 0
  }

  private let state = Mutex(State())
  private let onSettled: @Sendable () -> Void

  /// - Parameter onSettled: called when every loop has done for the first time all that was due.
  package init(onSettled: @escaping @Sendable () -> Void = {}) { self.onSettled = onSettled }

  package func register(_ name: String) -> LoopHealth {
    let loop = LoopHealth(name) { [weak self] in self?.settled() }
    state.withLock { state in
      state.loops.append(loop)
      state.unsettled += 1
    }
    return loop
  }

  private func settled() {
    let isLast = state.withLock { state in
      state.unsettled -= 1
      return state.unsettled == 0
    }
    if isLast { onSettled() }
  }

  package var hasSettled: Bool { state.withLock { $0.unsettled == 0 } }

  package var unsettled: [String] { names { !$0.hasSettled } }

  package func stalled(at awake: Duration) -> [String] { names { $0.isStalled(at: awake) } }

  private func names(_ isMeant: (LoopHealth) -> Bool) -> [String] {
    state.withLock(\.loops).filter(isMeant).map(\.name)
  }

  /// The loops that turn and cannot do their work.
  package var failing: [(loop: String, failure: LoopHealth.Failure)] {
    state.withLock(\.loops).compactMap { loop in loop.failure.map { (loop.name, $0) } }
  }
}
