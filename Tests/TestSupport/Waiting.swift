import Dispatch

/// An event did not come in time.
package struct TooLate: Error, CustomStringConvertible {
  package var description: String

  package init(description: String) { self.description = description }
}

/// The result of `body`, or an error that names `what` once four times `limit` are over.
///
/// - Parameter limit: the most that it takes on an idle machine. A test that checks a promised time compares it itself.
package func within<Value: Sendable>(
  _ limit: Duration, _ what: String, _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
  try await withThrowingTaskGroup(of: Value.self) { group in
    group.addTask { try await body() }
    group.addTask {
      try await Task.sleep(for: limit * 4)
      throw TooLate(description: "\(what): not within four times \(limit)")
    }
    defer { group.cancelAll() }
    guard let value = try await group.next() else { throw CancellationError() }
    return value
  }
}

/// Runs `body` and then `end`, also when `body` throws: a `defer` that may wait and throw.
package func ending<Value>(
  _ body: () async throws -> Value, with end: () async throws -> Void
) async throws -> Value {
  let outcome: Result<Value, any Error>
  do {
    outcome = .success(try await body())
  } catch {
    outcome = .failure(error)
  }
  try await end()
  return try outcome.get()
}

/// One thread apart from the few that all other tests share.
package final class OneThread: TaskExecutor {
  private let queue: DispatchQueue

  package init(_ name: String, _ priority: DispatchQoS) {
    queue = DispatchQueue(label: name, qos: priority)
  }

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}
