/// Runs `body` and then `end`, also when `body` throws: a `defer` that may wait and throw.
func ending<Value>(
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
