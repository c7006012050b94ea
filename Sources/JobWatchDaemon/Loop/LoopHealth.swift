import JobWatchCore
import Synchronization

/// What one loop is doing, by when it must have done it, and whether it could.
///
/// A loop that turned and failed is alive: it will try again, and no restart would help it. One that does not come
/// back from its work, or does not wake when it should, is stalled, and only a restart helps. So is one of whose
/// calls, which outlive a turn, does not end though it has a time limit.
///
/// All times are those of `Moment.awake`: timers stand still in suspend, so that nobody is late for it.
package final class LoopHealth: Sendable {
  package struct Failure: Sendable, Hashable {
    package var since: Duration
    package var reason: String
  }

  private struct State {
    var overdueAt: Duration?
    var calls: [Int: Duration] = [:]
    var begun = 0
    var hasSettled = false
    var failure: Failure?
    var trouble: Failure?
  }

  package let name: String
  private let state = Mutex(State())
  private let onSettled: @Sendable () -> Void

  /// Nothing that a loop does in one turn takes nearly as long, on a busy disk either; what does says `turns` again.
  static let turnLimit = Duration.seconds(60)
  /// By which a wake-up may be late, on a machine with no time to spare.
  static let wakeSlack = Duration.seconds(30)

  /// - Parameter onSettled: called once, when the loop has done for the first time all that was due.
  package init(_ name: String, onSettled: @escaping @Sendable () -> Void = {}) {
    self.name = name
    self.onSettled = onSettled
  }

  // MARK: What the loop says

  /// Also in the midst of a long turn that comes along.
  func turns(at awake: Duration) {
    state.withLock { $0.overdueAt = awake + Self.turnLimit }
  }

  /// It did what was due. More is due at once where `next` is not after `awake`.
  func waits(until next: Duration, at awake: Duration) {
    rest(until: next, failure: nil, hasSettled: next > awake, at: awake)
  }

  func failed(_ reason: String, retriesAt next: Duration, at awake: Duration) {
    rest(until: next, failure: reason, hasSettled: true, at: awake)
  }

  private func rest(
    until next: Duration, failure: String?, hasSettled: Bool, at awake: Duration
  ) {
    let isFirst = state.withLock { state in
      state.overdueAt = max(next, awake) + Self.wakeSlack
      state.failure = failure.map {
        Failure(since: state.failure?.since ?? awake, reason: $0)
      }
      guard hasSettled, !state.hasSettled else { return false }
      state.hasSettled = true
      return true
    }
    if isFirst { onSettled() }
  }

  /// Nothing more is to be expected.
  func ends() {
    state.withLock { state in
      state.overdueAt = nil
      state.calls = [:]
    }
  }

  // MARK: What its work says

  /// A call that goes on beside the turns. Ends with `callEnded`, for which the number is.
  package func callBegan(limit: Duration, at awake: Duration) -> Int {
    state.withLock { state in
      state.begun += 1
      state.calls[state.begun] = awake + limit
      return state.begun
    }
  }

  package func callEnded(_ number: Int) {
    _ = state.withLock { $0.calls.removeValue(forKey: number) }
  }

  /// The turns succeed, but something they are for does not. Nil: it does again.
  package func isHindered(by reason: String?, at awake: Duration) {
    state.withLock { state in
      state.trouble = reason.map { Failure(since: state.trouble?.since ?? awake, reason: $0) }
    }
  }

  // MARK: What others see

  package func isStalled(at awake: Duration) -> Bool {
    state.withLock { state in
      ([state.overdueAt].compactMap(\.self) + state.calls.values).contains { $0 < awake }
    }
  }

  /// It has done for the first time all that was due, or could not.
  package var hasSettled: Bool { state.withLock(\.hasSettled) }

  /// Why it cannot do its work for now, and since when; nil: it can.
  package var failure: Failure? { state.withLock { $0.failure ?? $0.trouble } }
}
