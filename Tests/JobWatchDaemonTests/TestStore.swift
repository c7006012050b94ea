import Foundation
import JobWatchStore

/// Runs `body` on a new database, which is gone afterwards.
func withStore(_ body: (Store) async throws -> Void) async throws {
  let directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
  try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: directory) }
  let store = try Store(path: directory.path + "/jobwatch.db")
  try await body(store)
  try store.close()
}
