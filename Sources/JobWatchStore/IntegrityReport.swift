import GRDB

/// What a check of every page of the database has found.
package struct IntegrityReport: Sendable, Hashable {
  /// On one line; nil: it is sound.
  package let damage: String?

  /// SQLite's `quick_check`. `integrity_check` also compares indexes with their tables, which takes twice the time.
  ///
  /// - Throws: `SQLITE_IOERR` where a page could not be read: what is on it nobody knows, and what hangs on it looks lost.
  /// - Parameter db: a new connection, because one whose reads have failed before stays in doubt.
  init(of db: Database) throws {
    // One problem is enough to know, some help to see how far it goes.
    let check = Result { try String.fetchAll(db, sql: "PRAGMA quick_check(3)") }
    let isSound = (try? check.get()) == ["ok"]
    if !isSound, let fault = db.lastErrors.lazy.compactMap(StoreError.readFault).first {
      throw DatabaseError(resultCode: .SQLITE_IOERR, message: fault)
    }
    self.init(damage: isSound ? nil : try check.get().joined(separator: "; "))
  }

  init(damage: String?) {
    self.damage = damage?.split(whereSeparator: \.isNewline).joined(separator: ", ")
  }
}
