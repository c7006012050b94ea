/// How long what is under way may still take when its loop ends; then it is cancelled.
struct Farewell {
  private let patience: Duration

  init(_ patience: Duration) { self.patience = patience }

  /// Returns when all tasks have ended.
  func wait(for tasks: [Task<Void, Never>]) async {
    guard !tasks.isEmpty else { return }
    let alarm = Alarm()
    let watch = Task {
      await alarm.wait(patience)
      for task in tasks { task.cancel() }
    }
    for task in tasks { await task.value }
    alarm.ring()
    await watch.value
  }
}
