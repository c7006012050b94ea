import Foundation

/// A new directory, which goes with the last reference to it. What cannot be removed is left to the system's
/// cleaning of temporary files.
package final class TemporaryDirectory: Sendable {
  package static let parent = FileManager.default.temporaryDirectory.path

  package let path: String

  package init(in parent: String = parent) throws {
    path = Self.newPath(in: parent)
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  package var database: String { path + "/jobwatch.db" }

  /// A path at which there is nothing.
  package static func newPath(in parent: String = parent) -> String { "\(parent)/jobwatch-test-\(UUID().uuidString)" }
}
