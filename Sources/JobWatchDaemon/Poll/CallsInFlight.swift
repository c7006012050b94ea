import JobWatchCore

/// Calls that outlive the turn which began them, by the order of their start.
struct CallsInFlight {
  private struct Call {
    var mark: Int
    var task: Task<Void, Never>?
  }

  private var calls: [Int: Call] = [:]
  private var begun = 0
  private(set) var isFinishing = false

  /// A call, one repeated for its date, and what is stored: each has a limit that is far shorter.
  private static let limit = Duration.minutes(5)

  var isEmpty: Bool { calls.isEmpty }
  var count: Int { calls.count }

  /// Whether the running task was ended by `finish`: its outcome means nothing.
  var isAbandoned: Bool { isFinishing && Task.isCancelled }

  /// Returns the number of a call; its task is to be set under it, and to end with `end`.
  mutating func begin(at awake: Duration, _ health: LoopHealth) -> Int {
    begun += 1
    calls[begun] = Call(mark: health.callBegan(limit: Self.limit, at: awake))
    return begun
  }

  subscript(number: Int) -> Task<Void, Never>? {
    get { calls[number]?.task }
    set { calls[number]?.task = newValue }
  }

  mutating func end(_ number: Int, _ health: LoopHealth) {
    if let call = calls.removeValue(forKey: number) { health.callEnded(call.mark) }
  }

  /// No call begins from now on.
  mutating func close() -> [Task<Void, Never>] {
    isFinishing = true
    return calls.values.compactMap(\.task)
  }
}
