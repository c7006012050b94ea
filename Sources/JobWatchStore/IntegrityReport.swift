import GRDB

/// What a check of every page of the database has found.
package struct IntegrityReport: Sendable, Hashable {
  /// On one line; nil: it is sound.
  package let damage: String?

  /// SQLite's `quick_check`. `integrity_check` also compares indexes with their tables, which takes twice the time.
  /// - Throws: `SQLITE_IOERR` where a page could not be read: what is on it nobody knows, and what hangs on it looks lost.
  /// - Parameter db: a new connection, because one whose reads have failed before stays in doubt.
  init(of db: Database) throws {
    let problems: [String]
    do {
      // One problem is enough to know, some help to see how far it goes.
      problems = try String.fetchAll(db, sql: "PRAGMA quick_check(3)")
    } catch let error as DatabaseError where error.speaksOfDamage {
      throw db.readFault ?? error
    }
    if problems != ["ok"], let fault = db.readFault { throw fault }
    self.init(damage: problems == ["ok"] ? nil : problems.joined(separator: "; "))
  }

  init(damage: String?) {
    self.damage = damage?.split(whereSeparator: \.isNewline).joined(separator: ", ")
  }
}
