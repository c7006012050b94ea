import Foundation
import GRDB

/// The way from a path to a database with the tables of this version.
///
/// No file is ever taken for a new database but one that is not there. A new one gets its name when its tables are in
/// it, so that one of that name without content was emptied by somebody, and is refused.
///
/// Before an older one is brought up to date, a copy of it is put beside it: `jobwatch.db.before-2` is what was there
/// before step 2. One that is there already goes first: either a crash came after the copy, and the database is as it was, or
/// somebody went back to that copy, and what happened since must not be lost either. The copy of an earlier step goes
/// once the step is done.
enum StoreOpening {
  static func pool(
    _ path: String, _ migrator: DatabaseMigrator = Schema.migrator, onMigration: (String) -> Void
  ) throws -> DatabasePool {
    do {
      if isMissing(path) {
        try create(path, migrator)
      } else {
        try requireContent(path)
        try requireOurs(path, migrator)
      }
      let pool = try open(path)
      if try !pool.read(Schema.hasTables) {
        try migrate(pool, migrator)
      } else if let step = try pool.read({ try firstStep(migrator, $0) }) {
        let kept = "\(path).before-\(step)"
        onMigration(kept)
        try keep(pool, as: kept)
        try migrate(pool, migrator)
        forgetCopies(of: path, migrator.migrations.filter { $0 != step })
      }
      return pool
    } catch {
      throw StoreError(error, path: path)
    }
  }

  private static func open(_ path: String) throws -> DatabasePool {
    let pool = try DatabasePool(path: path, configuration: configuration)
    // GRDB's set-up of the WAL lowers `synchronous` to NORMAL, under which a power cut can undo a commit.
    try pool.writeWithoutTransaction { db in
      try db.execute(
        sql: """
          PRAGMA synchronous = FULL;
          PRAGMA wal_autocheckpoint = \(WriteAheadLog.pages);
          PRAGMA journal_size_limit = \(WriteAheadLog.sizeLimit)
          """)
    }
    return pool
  }

  private static var configuration: Configuration {
    var configuration = Configuration()
    configuration.label = "jobwatch"
    configuration.maximumReaderCount = 4
    configuration.busyMode = .timeout(5)
    configuration.prepareDatabase { db in
      // Only effective before the first table: lets pruning give pages back to the file system.
      if !db.configuration.readonly { try db.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL") }
    }
    return configuration
  }

  /// A link to nowhere is not missing: somebody wants the database elsewhere.
  static func isMissing(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) != 0 && errno == ENOENT
  }

  static func requireContent(_ path: String) throws(StoreError) {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size == 0 else {
      return
    }
    throw StoreError.damaged(path, "it is empty")
  }

  /// Before anything is done to the file: another program may not want it in WAL mode.
  private static func requireOurs(_ path: String, _ migrator: DatabaseMigrator) throws {
    var configuration = Configuration()
    configuration.label = "jobwatch first look"
    configuration.busyMode = .timeout(5)
    // Not as one that may only read, for which a journal that a crash left is in the way.
    let queue = try DatabaseQueue(path: path, configuration: configuration)
    try queue.read { try requireOurs($0, path, migrator) }
    try queue.close()
  }

  static func requireOurs(_ db: Database, _ path: String, _ migrator: DatabaseMigrator) throws {
    if try Schema.isForeign(db) { throw StoreError.foreign(path) }
    if try migrator.hasBeenSuperseded(db) { throw StoreError.newer(path) }
    if try Schema.hasTables(db), try migrator.appliedMigrations(db).isEmpty {
      throw StoreError.unmarked(path)
    }
  }

  /// A log without its database.
  static func requireNoLog(_ path: String) throws(StoreError) {
    let log = path + "-wal"
    guard isMissing(log) || URL(fileURLWithPath: log).fileSize == 0 else {
      throw StoreError(
        kind: .lasting,
        description: "\(path) is gone, but its write-ahead log \(log) is there: put the database "
          + "back beside it, or move the log away to begin with an empty database")
    }
  }

  private static func create(_ path: String, _ migrator: DatabaseMigrator) throws {
    try requireNoLog(path)
    let temporary = path + ".new"
    // Not as a `StagedFile` is made: the mode is what the service's umask leaves.
    for suffix in [""] + WriteAheadLog.companions { clear(temporary + suffix) }
    let pool = try open(temporary)
    try migrate(pool, migrator)
    try pool.closeWhole()
    guard rename(temporary, path) == 0 else { throw StagedFile.failure(path, errno) }
    try StagedFile.sync(directoryOf: path)
  }

  /// The first step that the database lacks.
  private static func firstStep(_ migrator: DatabaseMigrator, _ db: Database) throws -> String? {
    let applied = try migrator.appliedMigrations(db)
    return migrator.migrations.first { !applied.contains($0) }
  }

  /// What the rows themselves are in the way of fails the same way every time.
  private static func migrate(_ pool: DatabasePool, _ migrator: DatabaseMigrator) throws {
    do {
      try migrator.migrate(pool)
    } catch let error as DatabaseError
      where [.SQLITE_CONSTRAINT, .SQLITE_ERROR, .SQLITE_MISMATCH].contains(error.resultCode)
    {
      throw StoreError.stuck(pool.path, error.message ?? "\(error.resultCode)")
    }
  }

  private static func keep(_ pool: DatabasePool, as path: String) throws {
    // It has nothing that the database lacks, and may have the room that the new one needs.
    for name in [path, path + ".tmp"] { clear(name) }
    // One name for all attempts: what a crash leaves is taken by the next one.
    let file = try StagedFile(for: path, at: path + ".tmp")
    defer { file.discard() }
    _ = try pool.read { try DatabaseCopy.fill(file, from: $0) }
    try file.put(replacing: true)
    try StagedFile.sync(directoryOf: path)
  }

  /// Makes room for a file of ours. A directory that somebody has put in its place is his, and is kept beside it.
  private static func clear(_ path: String) {
    var status = stat()
    guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
      unlink(path)
      return
    }
    var number = 1
    while lstat("\(path).aside-\(number)", &status) == 0 { number += 1 }
    rename(path, "\(path).aside-\(number)")
  }

  /// Only those that were made here: `jobwatch.db.before-upgrade` is somebody's own. One that cannot be removed takes
  /// room, and does no other harm.
  private static func forgetCopies(of path: String, _ steps: [String]) {
    for step in steps { unlink("\(path).before-\(step)") }
  }
}

extension DatabasePool {
  /// Leaves one file: what closes last empties the write-ahead log into it, which a mere reader may not do.
  func closeWhole() throws {
    invalidateReadOnlyConnections()
    try close()
  }
}
