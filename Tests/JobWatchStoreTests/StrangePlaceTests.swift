import Foundation
import TestSupport
import Testing

@testable import JobWatchStore

@Suite struct `A place for a file of the database's` {
  private func occupy(_ path: String) throws {
    try FileManager.default.createDirectory(atPath: path + "/within", withIntermediateDirectories: true)
  }

  @Test("is made for the copy that an upgrade keeps", arguments: ["", ".tmp"])
  func copy(_ suffix: String) throws {
    let old = try OldDatabase()
    try occupy(old.copy + suffix)
    let before = try OldDatabase.content(of: old.path)
    try Store(path: old.path).close()
    #expect(try OldDatabase.content(of: old.copy) == before)
    #expect(
      try old.names == [
        "jobwatch.db", "jobwatch.db.before-2", "jobwatch.db.before-2\(suffix).aside-1",
      ])
  }

  @Test("is made for a new one", arguments: [".new", ".new-wal"])
  func new(_ suffix: String) throws {
    let directory = try TemporaryDirectory()
    try occupy(directory.database + suffix)
    try occupy(directory.database + suffix + ".aside-1")
    try Store(path: directory.database).close()
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted() == [
        "jobwatch.db", "jobwatch.db\(suffix).aside-1", "jobwatch.db\(suffix).aside-2",
      ])
  }
}
