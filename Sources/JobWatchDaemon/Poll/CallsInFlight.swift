import JobWatchCore
import Synchronization

/// Calls that outlive the turn of a loop which began them. One that takes longer than its limit makes the loop stalled.
final class CallsInFlight: Sendable {
  private struct State {
    var tasks: [Int: Task<Void, Never>] = [:]
    var isFinishing = false
  }

  private let state = Mutex(State())
  private let health: LoopHealth
  private let clock: Clock

  init(_ health: LoopHealth, _ clock: @escaping Clock) {
    self.health = health
    self.clock = clock
  }

  var isEmpty: Bool { state.withLock(\.tasks.isEmpty) }
  var isFinishing: Bool { state.withLock(\.isFinishing) }

  /// Whether `finish` ended the running call: its outcome means nothing.
  var isAbandoned: Bool { Task.isCancelled && isFinishing }

  /// - Parameter limit: far more than the time limits of what the call does.
  func run(limit: Duration = .minutes(5), _ call: @escaping @Sendable () async -> Void) {
    let number = health.callBegan(limit: limit, at: clock().awake)
    state.withLock { state in
      state.tasks[number] = Task {
        await call()
        self.health.callEnded(number)
        self.state.withLock { _ = $0.tasks.removeValue(forKey: number) }
      }
    }
  }

  /// Waits until all calls have ended; those that take longer than `patience` are cancelled then.
  func finish(patience: Duration = .seconds(3)) async {
    let tasks = state.withLock { state in
      state.isFinishing = true
      return Array(state.tasks.values)
    }
    let watch = Task {
      try await Task.sleep(for: patience)
      for task in tasks { task.cancel() }
    }
    for task in tasks { await task.value }
    watch.cancel()
  }
}
