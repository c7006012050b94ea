import JobWatchStore

/// Runs `body` on a new database, which is gone afterwards.
package func withStore(_ body: (Store) async throws -> Void) async throws {
  try await withStore { store, _ in try await body(store) }
}

/// - Parameter body: gets the database's path, too.
package func withStore(_ body: (Store, _ path: String) async throws -> Void) async throws {
  let directory = try TemporaryDirectory()
  defer { withExtendedLifetime(directory) {} }
  let store = try Store(path: directory.database)
  try await body(store, directory.database)
  try store.close()
}
