/// What was awaited did not come.
struct TooLate: Error, CustomStringConvertible {
  var description: String
}

/// The result of `body`, which is cancelled after `limit`: a test that waits in vain says for what.
func within<Value: Sendable>(
  _ limit: Duration, _ what: String, _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
  try await withThrowingTaskGroup(of: Value.self) { group in
    group.addTask { try await body() }
    group.addTask {
      try await Task.sleep(for: limit)
      throw TooLate(description: "\(what): not within \(limit)")
    }
    defer { group.cancelAll() }
    guard let value = try await group.next() else { throw CancellationError() }
    return value
  }
}
