/// Waits until all tasks have ended; those that take longer than `timeout` are cancelled then.
func drain(_ tasks: [Task<Void, Never>], timeout: Duration) async {
  guard !tasks.isEmpty else { return }
  let alarm = Alarm()
  let watch = Task {
    await alarm.wait(timeout)
    for task in tasks { task.cancel() }
  }
  for task in tasks { await task.value }
  alarm.ring()
  await watch.value
}
