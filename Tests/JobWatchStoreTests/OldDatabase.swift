import Foundation
import GRDB
import TestSupport

@testable import JobWatchStore

/// A database of an older form, loaded from its text into a directory of its own.
struct OldDatabase {
  let directory: TemporaryDirectory

  var path: String { directory.database }
  var copy: String { path + ".before-\(step + 1)" }

  /// The last step that it has seen.
  private let step: Int

  init(afterStep step: Int = 1) throws {
    self.step = step
    directory = try TemporaryDirectory()
    let queue = try DatabaseQueue(path: directory.database)
    let text = try Self.text(step)
    // As sqlite3 does it: outside of a transaction of GRDB's.
    try queue.inDatabase { try $0.execute(sql: text) }
    try queue.close()
  }

  static func text(_ step: Int = 1) throws -> String {
    let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Schemas/schema-\(step).sql")
    return try String(contentsOf: url, encoding: .utf8)
  }

  var names: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted() }
  }

  /// All that is in a database: its tables, and every row of them.
  static func content(of path: String) throws -> [String] {
    try DatabaseQueue(path: path).read { db in
      let schema = try Row.fetchAll(
        db, sql: "SELECT name, type, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")
      return try schema.flatMap { entry in
        let name: String = entry["name"]
        guard entry["type"] == "table" else { return ["\(entry)"] }
        return ["\(entry)"] + (try Row.fetchAll(db, sql: "SELECT * FROM \(name)").map { "\($0)" })
      }
    }
  }
}
