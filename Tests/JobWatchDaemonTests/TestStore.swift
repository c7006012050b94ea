import Foundation
import JobWatchStore

/// Runs `body` on a new database, which is gone afterwards.
func withStore(_ body: (Store) async throws -> Void) async throws {
  try await withStore { store, _ in try await body(store) }
}

/// - Parameter body: gets the database's path, too.
func withStore(_ body: (Store, _ path: String) async throws -> Void) async throws {
  let directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
  try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: directory) }
  let path = directory.path + "/jobwatch.db"
  let store = try Store(path: path)
  try await body(store, path)
  try store.close()
}
