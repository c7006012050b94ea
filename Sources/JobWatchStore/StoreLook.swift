import GRDB

extension Store {
  /// Throws what the opening would, as far as that can be seen without a change to any file, beside a daemon or without
  /// one. What is left is what only the attempt shows: room for a copy, and rows that a step stumbles over.
  ///
  /// - Parameter boot: where the whole file was not found sound in this boot of the machine, it is read from end to end;
  ///   nil: it is not.
  /// - Throws: `StoreError`.
  package static func look(at path: String, unlessCheckedIn boot: String? = nil) throws {
    do {
      guard !StoreOpening.isMissing(path) else { return try StoreOpening.requireNoLog(path) }
      try StoreOpening.requireContent(path)
      try StoreError.requireRights(path)
      // The opening rolls back what a crash left half done, which a reader may not do.
      guard StoreOpening.isMissing(path + "-journal") else { return }
      try StoreReader(path: path).snapshot { db in
        try StoreOpening.requireOurs(db, path, Schema.migrator)
        if let damage = try damage(of: db, unlessCheckedIn: boot) {
          throw StoreError.damaged(path, damage)
        }
      }
    } catch {
      throw StoreError(error, path: path)
    }
  }

  private static func damage(of db: Database, unlessCheckedIn boot: String?) throws -> String? {
    guard let boot, try Schema.migrator.hasCompletedMigrations(db),
      try Transaction(db).lastSound()?.bootID != boot
    else { return nil }
    return try IntegrityReport(of: db).damage
  }
}
