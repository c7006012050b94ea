import GRDB

/// What a check of every page of the database has found.
package struct IntegrityReport: Sendable, Hashable {
  /// On one line; nil: it is sound.
  package let damage: String?

  /// SQLite's `quick_check`. `integrity_check` also compares indexes with their tables, which takes twice the time.
  init(of db: Database) throws {
    // One problem is enough to know, some help to see how far it goes.
    let problems = try String.fetchAll(db, sql: "PRAGMA quick_check(3)")
    self.init(damage: problems == ["ok"] ? nil : problems.joined(separator: "; "))
  }

  init(damage: String?) {
    self.damage = damage?.split(whereSeparator: \.isNewline).joined(separator: ", ")
  }
}
