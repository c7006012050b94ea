import GRDB

/// Why the database cannot be used, with the cure.
package struct StoreError: Error, CustomStringConvertible, Sendable {
  package enum Kind: Sendable {
    /// Tried again later it may work: full disk, locked file.
    case passing
    /// A person must act: wrong permissions, a damaged file, a newer version's tables.
    case lasting
  }

  package var kind: Kind
  package var description: String

  static func newer(_ path: String) -> StoreError {
    StoreError(
      kind: .lasting,
      description: "\(path) was written by a newer jobwatch: install that version or a later one")
  }

  static func foreign(_ path: String) -> StoreError {
    StoreError(
      kind: .lasting,
      description:
        "\(path) is a database, but not one of jobwatch's: move it away, or name another "
        + "state_dir")
  }

  /// Never a new file in its place: what can still be read of the old one is worth more, and whoever finds the service
  /// running would think that all is well.
  package static func damaged(_ path: String, _ reason: String) -> StoreError {
    StoreError(
      kind: .lasting,
      description: "\(path) is damaged (\(reason)): stop jobwatch; move the file away and keep it, "
        + "with \(path)-wal and \(path)-shm where they are; put a backup in its place, or what "
        + "sqlite3 can recover of it (.recover, or .dump where that fails: jobwatch(8) shows how), "
        + "owned by the user that jobwatch runs as; start jobwatch")
  }

  init(kind: Kind, description: String) {
    self.kind = kind
    self.description = description
  }

  init(_ error: any Error, path: String) {
    guard let error = error as? DatabaseError else {
      if let error = error as? StoreError {
        self = error
      } else {
        self.init(kind: .passing, description: "\(path): \(error)")
      }
      return
    }
    let reason = error.message ?? "SQLite error \(error.extendedResultCode.rawValue)"
    switch error.resultCode {
    case .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_READONLY:
      self.init(
        kind: .lasting,
        description: "\(path) cannot be opened (\(reason)): the directory must exist and belong to "
          + "the user that jobwatch runs as")
    case .SQLITE_CORRUPT, .SQLITE_NOTADB:
      self = .damaged(path, reason)
    case .SQLITE_FULL:
      self.init(kind: .passing, description: "\(path): the disk is full (\(reason))")
    default:
      self.init(kind: .passing, description: "\(path): \(reason)")
    }
  }
}
