import Foundation
import GRDB

/// The database for commands: read-only, with or without a daemon, for a user who may only read the files. Never
/// creates a file, never migrates.
///
/// While the daemon has the database open there is a `-wal` file, which SQLite shares between processes. Without one
/// SQLite would create it: a reader may not do that, and root would leave it behind. The file is then opened as
/// immutable, without locks, and read again if it was changed meanwhile. (That needs an SQLite that reads URI file
/// names, `SQLITE_USE_URI`, as distributions' builds do.)
package struct StoreReader: Sendable {
  let path: String

  /// Reads in a row that a starting or stopping daemon may spoil.
  private static let tries = 3

  package init(path: String) { self.path = path }

  /// Runs `body` on a snapshot. Throws what `body` throws, or `StoreError` when the database cannot be read.
  package func read<Value>(_ body: (Transaction) throws -> Value) throws -> Value {
    try requireReadable()
    do {
      return try snapshot { db in
        try requireTables(db)
        return try body(Transaction(db))
      }
    } catch let error as DatabaseError {
      switch error.resultCode {
      case .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_READONLY, .SQLITE_AUTH:
        throw unreadable(error.message ?? "\(error.resultCode)")
      default: throw StoreError(confirming: error, path: path)
      }
    }
  }

  /// The same for tables of any version. Throws SQLite's errors as they are.
  func snapshot<Value>(_ body: (Database) throws -> Value) throws -> Value {
    for _ in 0..<Self.tries {
      if seemsInUse { return try read(path, body) }
      let before = stamp
      let immutable = URL(fileURLWithPath: path).absoluteString + "?immutable=1"
      let outcome = Result { try read(immutable, body) }
      if stamp == before { return try outcome.get() }
    }
    throw StoreError.passing("\(path) is being changed: try again")
  }

  /// Whether a daemon has it open. After a crash it seems so until the next start.
  package var seemsInUse: Bool { FileManager.default.fileExists(atPath: path + "-wal") }

  private func read<Value>(_ name: String, _ body: (Database) throws -> Value) throws -> Value {
    try DatabaseQueue(path: name, configuration: .labelled("reader", readonly: true)).read(body)
  }

  /// Another value after any change of the main file.
  private var stamp: [Int] {
    var status = stat()
    guard stat(path, &status) == 0 else { return [] }
    return [Int(status.st_ino), Int(status.st_size), status.st_mtim.tv_sec, status.st_mtim.tv_nsec]
  }

  private func requireReadable() throws {
    guard access(path, R_OK) != 0 else { return }
    let code = errno
    guard code == ENOENT || code == ENOTDIR else { throw unreadable(String(cString: strerror(code))) }
    throw StoreError.lasting(
      "no database at \(path): has the daemon run? Check state_dir in the configuration, or name "
        + "another one with --config")
  }

  private func unreadable(_ reason: String) -> StoreError {
    .lasting(
      "\(path) cannot be read (\(reason)): add yourself to the group jobwatch-read, or use sudo")
  }

  private func requireTables(_ db: Database) throws {
    try StoreOpening.requireOurs(db, path, Schema.migrator, mayLackSteps: true)
    guard try Schema.migrator.hasCompletedMigrations(db) else {
      throw StoreError.lasting(
        "\(path) lacks the tables of this version: start this version's daemon once, which brings "
          + "an older database up to date")
    }
  }
}

extension Configuration {
  static func labelled(_ name: String, readonly: Bool = false) -> Configuration {
    var configuration = Configuration()
    configuration.label = "jobwatch \(name)"
    configuration.readonly = readonly
    configuration.busyMode = .timeout(5)
    return configuration
  }
}
