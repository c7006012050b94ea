import Foundation
import GRDB

/// The way from a path to a database with the tables of this version.
///
/// A database is created only if the path does not exist. It gets its name when its tables are in it, so an empty file
/// of that name was emptied by somebody, and is refused.
///
/// An older database is copied before it is brought up to date: `jobwatch.db.before-2` is the one before step 2. It
/// replaces a copy of that name, which a crash or a return to the older version left: the database has all that is in
/// it. The copies of earlier steps go once the step is done.
enum StoreOpening {
  static func pool(
    _ path: String, _ migrator: DatabaseMigrator = Schema.migrator, onMigration: (String) -> Void
  ) throws -> DatabasePool {
    do {
      if isMissing(path) {
        try create(path, migrator)
      } else {
        try requireContent(path)
        // Before anything is done to the file: another program may not want it in WAL mode. Opened read-write, because
        // a read-only connection cannot roll back the journal of a crash.
        var configuration = Configuration.labelled("first check")
        configuration.prepareDatabase { db in try db.keepWriteAheadLog(true) }
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.read { try requireOurs($0, path, migrator) }
        try queue.close()
      }
      let pool = try open(path)
      let applied = try pool.read(migrator.appliedMigrations)
      if try !pool.read(Schema.hasTables) {
        try migrate(pool, migrator)
      } else if let step = migrator.migrations.first(where: { !applied.contains($0) }) {
        let kept = "\(path).before-\(step)"
        onMigration(kept)
        try keep(pool, as: kept)
        try migrate(pool, migrator)
        // Only copies that were made here: `jobwatch.db.before-upgrade` is somebody's own. One that cannot be removed
        // takes room, and does no other harm.
        for other in migrator.migrations where other != step { unlink("\(path).before-\(other)") }
      }
      return pool
    } catch {
      throw StoreError(confirming: error, path: path)
    }
  }

  private static func open(_ path: String) throws -> DatabasePool {
    var configuration = Configuration.labelled("database")
    configuration.maximumReaderCount = 4
    configuration.prepareDatabase { db in
      try db.keepWriteAheadLog(true)
      // Only effective before the first table: lets pruning give pages back to the file system.
      if !db.configuration.readonly { try db.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL") }
    }
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
    // SQLite flushes the directory for the name of a new write-ahead log, and goes on where it cannot open it for want
    // of descriptors: a power cut could then take the log away, with all that was committed to it.
    try StagedFile.sync(directoryOf: path)
    return pool
  }

  /// A link to nowhere is not missing: somebody wants the database elsewhere.
  static func isMissing(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) != 0 && errno == ENOENT
  }

  static func requireContent(_ path: String) throws(StoreError) {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size == 0 else { return }
    throw StoreError.damaged(path, "it is empty")
  }

  static func requireOurs(
    _ db: Database, _ path: String, _ migrator: DatabaseMigrator, mayLackSteps: Bool = false
  ) throws {
    if try Schema.isForeign(db) {
      throw StoreError.lasting(
        "\(path) is a database, but not one of jobwatch's: move it away, or name another state_dir")
    }
    if try migrator.hasBeenSuperseded(db) {
      throw StoreError.lasting("\(path) was written by a newer jobwatch: install that version or a later one")
    }
    if try !mayLackSteps && Schema.hasTables(db) && migrator.appliedMigrations(db).isEmpty {
      throw StoreError.lasting(
        "\(path) has tables, but nothing in grdb_migrations says of which version, as after a "
          + "recovery that lost it: move it away and put a backup in its place, as jobwatch(8) shows")
    }
  }

  static func requireNoLog(_ path: String) throws(StoreError) {
    let log = path + "-wal"
    guard isMissing(log) || URL(fileURLWithPath: log).fileSize == 0 else {
      throw .lasting(
        "\(path) is gone, but its write-ahead log \(log) is there: put the database back beside it, "
          + "or move the log away to begin with an empty database")
    }
  }

  private static func create(_ path: String, _ migrator: DatabaseMigrator) throws {
    try requireNoLog(path)
    let temporary = path + ".new"
    // Unlike a `StagedFile` it has the mode that the service's umask leaves.
    for suffix in [""] + WriteAheadLog.companions { clear(temporary + suffix) }
    let pool = try open(temporary)
    try migrate(pool, migrator)
    try pool.closeWhole()
    guard rename(temporary, path) == 0 else { throw StagedFile.failure(path, errno) }
    try StagedFile.sync(directoryOf: path)
  }

  /// A step that the rows themselves prevent fails the same way every time.
  private static func migrate(_ pool: DatabasePool, _ migrator: DatabaseMigrator) throws {
    do {
      try migrator.migrate(pool)
    } catch let error as DatabaseError
      where [.SQLITE_CONSTRAINT, .SQLITE_ERROR, .SQLITE_MISMATCH].contains(error.resultCode)
    {
      throw StoreError.lasting(
        "\(pool.path) cannot be brought up to date (\(error.message ?? "\(error.resultCode)")), and "
          + "is as it was: install the version of jobwatch that it was used with, or put a backup in "
          + "its place; report this")
    }
  }

  private static func keep(_ pool: DatabasePool, as path: String) throws {
    // An old copy has nothing that the database lacks, and may have the room that the new one needs.
    for name in [path, path + ".tmp"] { clear(name) }
    // One name for all attempts: the next one takes what a crash leaves.
    let file = try StagedFile(for: path, at: path + ".tmp")
    defer { file.discard() }
    _ = try pool.read { try DatabaseCopy.fill(file, from: $0) }
    try file.put(replacing: true)
    try StagedFile.sync(directoryOf: path)
  }

  /// Makes room for a file of ours. Keeps a directory of that name beside it, because somebody put it there.
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
}

extension Store {
  /// Throws the `StoreError` of the opening, as far as it is found without a change to any file, with or without a
  /// daemon. A lack of room for a copy and rows that a step stumbles over are not found.
  ///
  /// - Parameter boot: the file is read from end to end unless it was found sound in this boot of the machine; nil: it
  ///   is not.
  package static func check(at path: String, unlessCheckedIn boot: String? = nil) throws {
    do {
      guard !StoreOpening.isMissing(path) else { return try StoreOpening.requireNoLog(path) }
      try StoreOpening.requireContent(path)
      if let reason = StoreError.obstacle(to: path) { throw StoreError.denied(path, reason) }
      // The opening rolls back what a crash left half done, which a reader may not do.
      guard StoreOpening.isMissing(path + "-journal") else { return }
      try StoreReader(path: path).snapshot { db in
        try StoreOpening.requireOurs(db, path, Schema.migrator)
        guard let boot, try Schema.migrator.hasCompletedMigrations(db), try Transaction(db).lastSound()?.bootID != boot
        else { return }
        if let damage = try IntegrityReport(of: db).damage { throw StoreError.damaged(path, damage) }
      }
    } catch {
      throw StoreError(confirming: error, path: path)
    }
  }
}

extension DatabasePool {
  /// Leaves one file. The connection that closes last empties the write-ahead log into it, which a reader may not do.
  func closeWhole() throws {
    invalidateReadOnlyConnections()
    try writeWithoutTransaction { db in try db.keepWriteAheadLog(false) }
    try close()
  }
}
