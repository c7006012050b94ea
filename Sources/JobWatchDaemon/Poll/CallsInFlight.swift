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
  private let time: Time

  init(_ health: LoopHealth, _ time: Time) {
    self.health = health
    self.time = time
  }

  var isEmpty: Bool { state.withLock(\.tasks.isEmpty) }
  var isFinishing: Bool { state.withLock(\.isFinishing) }

  /// Whether `finish` ended the running call: its outcome means nothing.
  var isAbandoned: Bool { Task.isCancelled && isFinishing }

  /// - Parameter limit: far more than the time limits of what the call does.
  func run(limit: Duration = .minutes(5), _ call: @escaping @Sendable () async -> Void) {
    let number = health.callBegan(limit: limit, at: time.now().awake)
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
    await drain(tasks, timeout: patience, by: time)
  }
}
