import Foundation
import GRDB

/// A copy of the database, made while others use it.
///
/// SQLite's backup takes it in one step within one read transaction: every page as it was at one moment. In several
/// steps the write-ahead log would not have to wait for the end, but each commit of the daemon makes such a backup begin
/// anew. `VACUUM INTO` packs what it writes, which the pruner has done already, takes twice the time, and makes new
/// pages of what it can read: damage that the check of a faithful copy finds would be hidden by it.
///
/// It gets its name when it is whole, checked and on disk, and is then one file that needs no write-ahead log to be read.
package struct DatabaseCopy: Sendable, Hashable {
  package var path: String
  package var bytes: Int
  /// The number of the last event in it.
  package var lastSeq: Int64
  package var jobs: Int
  /// Of them, those that have not ended.
  package var watched: Int
  /// Why a power cut may still undo its name; nil: it will not.
  package var weakness: String?
}

extension DatabaseCopy {
  /// Fills `file` from the snapshot that `source` reads.
  static func fill(_ file: StagedFile, from source: Database) throws -> DatabaseCopy {
    do {
      try file.requireRoom(for: size(of: source))
      let queue = try DatabaseQueue(path: file.path, configuration: configuration)
      var copy = try queue.writeWithoutTransaction { target in
        try source.backup(to: target)
        if let damage = try IntegrityReport(of: target).damage {
          throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: damage)
        }
        // With the pages came the mark that there is a write-ahead log.
        _ = try String.fetchOne(target, sql: "PRAGMA journal_mode = DELETE")
        return try describe(target, file)
      }
      try queue.close()
      copy.bytes = URL(fileURLWithPath: file.path).fileSize
      return copy
    } catch let error as DatabaseError {
      switch error.resultCode {
      // The copy has what the database has.
      case .SQLITE_CORRUPT, .SQLITE_NOTADB: throw error
      default: throw StoreError(error, path: file.target)
      }
    }
  }

  private static func size(of source: Database) throws -> Int {
    let pages = try Int.fetchOne(source, sql: "PRAGMA page_count") ?? 0
    return try pages * (Int.fetchOne(source, sql: "PRAGMA page_size") ?? 0)
  }

  private static func describe(_ target: Database, _ file: StagedFile) throws -> DatabaseCopy {
    let count = { sql in try Int.fetchOne(target, sql: sql) ?? 0 }
    return DatabaseCopy(
      path: file.target, bytes: 0, lastSeq: try Transaction(target).events.lastSeq(),
      jobs: try count("SELECT count(*) FROM job"),
      watched: try count("SELECT count(*) FROM job INDEXED BY job_active WHERE ended_at IS NULL"))
  }

  private static var configuration: Configuration {
    var configuration = Configuration()
    configuration.label = "jobwatch copy"
    configuration.prepareDatabase { db in
      // What a crash leaves of it is thrown away, so that nothing needs to be safe before the end.
      try db.execute(sql: "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")
    }
    return configuration
  }
}

extension URL {
  var fileSize: Int {
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_size) : 0
  }
}

extension StoreReader {
  /// Copies the database into `target`, beside a daemon or without one.
  ///
  /// - Parameter replacing: a file of that name may be there, and goes.
  /// - Throws: `StoreError`; then there is no new file, and the old one is as it was.
  package func copy(to target: String, replacing: Bool) throws -> DatabaseCopy {
    try refuse(target, replacing: replacing)
    let url = URL(fileURLWithPath: target)
    let name = ".\(url.lastPathComponent).\(getpid()).tmp"
    let temporary = url.deletingLastPathComponent().appendingPathComponent(name).path
    var staged: StagedFile?
    defer { staged?.discard() }
    var copy = try read { transaction in
      // Anew for a read that is repeated.
      let file = try StagedFile(for: target, at: temporary)
      staged = file
      return try DatabaseCopy.fill(file, from: transaction.db)
    }
    try staged?.put(replacing: replacing)
    do throws(StoreError) {
      try StagedFile.sync(directoryOf: target)
    } catch {
      // Not thrown: the file is there, and an old one is gone.
      copy.weakness = error.description
    }
    return copy
  }

  /// Said at once, rather than after a copy of gigabytes.
  private func refuse(_ target: String, replacing: Bool) throws(StoreError) {
    var status = stat()
    guard stat(target, &status) == 0 else { return }
    if status.st_mode & S_IFMT == S_IFDIR { throw StagedFile.failure(target, EISDIR) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw StoreError(
        kind: .lasting, description: "\(target) is no regular file: name another file")
    }
    let identity = FileIdentity(of: target)
    for own in [""] + WriteAheadLog.companions where FileIdentity(of: path + own) == identity {
      throw StoreError(
        kind: .lasting, description: "\(target) is the database itself: name another file")
    }
    if !replacing { throw StagedFile.failure(target, EEXIST) }
  }
}
