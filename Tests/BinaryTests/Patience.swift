/// What was awaited did not come.
struct TooLate: Error, CustomStringConvertible {
  var description: String
}

/// The result of `body`, or an error after a multiple of `limit`: a test that waits in vain says for what.
///
/// - Parameter limit: what it takes at most where nothing else goes on. Where a time is promised, the test compares it.
func within<Value: Sendable>(
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
