import Synchronization

/// Lets only so many worlds be at work at once: sixty daemons that start together on two cores leave no time to any of
/// them, nor to what the tests of other modules wait for.
final class Seats: Sendable {
  static let shared = Seats(count: 8)

  private struct State {
    var free: Int
    /// In the order of their coming.
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  private let state: Mutex<State>

  init(count: Int) { state = Mutex(State(free: count)) }

  func take() async {
    await withCheckedContinuation { continuation in
      let isFree = state.withLock { state in
        guard state.free > 0 else {
          state.waiting.append(continuation)
          return false
        }
        state.free -= 1
        return true
      }
      if isFree { continuation.resume() }
    }
  }

  func give() {
    let next = state.withLock { state in
      if state.waiting.isEmpty { state.free += 1 }
      return state.waiting.isEmpty ? nil : state.waiting.removeFirst()
    }
    next?.resume()
  }
}
