import Foundation
import GRDB

/// A copy of the database, made while others use it.
///
/// SQLite's backup takes it in one read transaction, because one in steps begins again with each commit of the daemon.
/// `VACUUM INTO` takes twice the time, and would hide damage: it makes new pages of what it can read.
///
/// The copy gets its name when it is whole, checked and on disk. It is one file, without a write-ahead log.
package struct DatabaseCopy: Sendable, Hashable {
  package var path: String
  package var bytes: Int
  package var lastSeq: Int64
  package var jobs: Int
  package var watched: Int
  /// Why a power cut may still undo its name; nil: it will not.
  package var weakness: String?

  static func fill(_ file: StagedFile, from source: Database) throws -> DatabaseCopy {
    do {
      try file.requireRoom(
        for: try source.value("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size") ?? 0)
      var configuration = Configuration.labelled("copy")
      configuration.prepareDatabase { db in
        // Nothing needs to be safe before the end, because what a crash leaves of it is thrown away.
        try db.execute(sql: "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")
      }
      let queue = try DatabaseQueue(path: file.path, configuration: configuration)
      var copy = try queue.writeWithoutTransaction { target in
        try source.backup(to: target)
        if let damage = try IntegrityReport(of: target).damage {
          throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: damage)
        }
        // With the pages came the mark that there is a write-ahead log.
        _ = try String.fetchOne(target, sql: "PRAGMA journal_mode = DELETE")
        return DatabaseCopy(
          path: file.target, bytes: 0, lastSeq: try Transaction(target).events.lastSeq(),
          jobs: try target.value("SELECT count(*) FROM job") ?? 0,
          watched: try target.value("SELECT count(*) FROM job INDEXED BY job_active WHERE ended_at IS NULL") ?? 0)
      }
      try queue.close()
      copy.bytes = URL(fileURLWithPath: file.path).fileSize
      return copy
    } catch let error as DatabaseError {
      // The copy has what the database has.
      throw error.speaksOfDamage ? error : StoreError(error, path: file.target)
    }
  }
}

extension URL {
  var fileSize: Int {
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_size) : 0
  }
}

extension StoreReader {
  /// Copies the database into `target`, which it replaces if `replacing`, with or without a daemon. If it throws a
  /// `StoreError`, there is no new file, and the old one is as it was.
  package func copy(to target: String, replacing: Bool) throws -> DatabaseCopy {
    try refuse(target, replacing: replacing)
    let name = ".\(URL(fileURLWithPath: target).lastPathComponent).\(getpid()).tmp"
    let temporary = target.parentDirectory + "/" + name
    var staged: StagedFile?
    defer { staged?.discard() }
    var copy = try read { transaction in
      // A new one for a read that is repeated.
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
    guard status.st_mode & S_IFMT == S_IFREG else { throw .lasting("\(target) is no regular file: name another file") }
    let identity = FileIdentity(of: target)
    for own in [""] + WriteAheadLog.companions where FileIdentity(of: path + own) == identity {
      throw .lasting("\(target) is the database itself: name another file")
    }
    if !replacing { throw StagedFile.failure(target, EEXIST) }
  }
}

/// A file that is written under another name, beside the one it is for, until it is whole. Readers find the old file,
/// the new one or none.
struct StagedFile: Sendable {
  let target: String
  let path: String

  /// `path` is in the directory of `target`, because no rename crosses file systems. An earlier attempt's file goes.
  init(for target: String, at path: String) throws(StoreError) {
    (self.target, self.path) = (target, path)
    discard()
    try Self.create(path, for: target)
  }

  private static func create(_ path: String, for target: String) throws(StoreError) {
    let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw failure(target, errno) }
    close(file)
  }

  /// Flushes the file and gives it its own name, which a power cut may still undo: see `sync(directoryOf:)`. Throws
  /// when there is a file of that name that is not to be replaced.
  func put(replacing: Bool) throws(StoreError) {
    try Self.sync(path, O_RDWR)
    if replacing {
      guard rename(path, target) == 0 else { throw Self.failure(target, errno) }
    } else if link(path, target) == 0 {
      // Unlike a rename it never replaces anything, however late that came.
      unlink(path)
    } else {
      guard errno != EEXIST else { throw Self.failure(target, errno) }
      try putWithoutLink()
    }
  }

  /// For file systems that know no links (FAT, some network ones): an empty file takes the name, if nobody has it, and
  /// is then replaced.
  func putWithoutLink() throws(StoreError) {
    try Self.create(target, for: target)
    guard rename(path, target) == 0 else {
      let code = errno
      unlink(target)
      throw Self.failure(target, code)
    }
  }

  /// Throws where so many bytes would leave no room to others, who would meet a full disk too.
  func requireRoom(for bytes: Int) throws(StoreError) {
    var room = statvfs()
    // Some file systems do not know their size.
    guard statvfs(path, &room) == 0, room.f_blocks > 0 else { return }
    let free = Double(room.f_bavail) * Double(room.f_frsize)
    if free < Double(bytes) + Double(Self.margin) { throw Self.failure(target, ENOSPC) }
  }

  /// What the write-ahead log of a daemon beside it comes to.
  private static let margin = 16 << 20

  /// Without effect once it has its name.
  func discard() {
    for suffix in [""] + WriteAheadLog.companions { unlink(path + suffix) }
  }

  /// Makes a new name survive a power cut.
  static func sync(directoryOf path: String) throws(StoreError) {
    try sync(path.parentDirectory, O_RDONLY | O_DIRECTORY)
  }

  private static func sync(_ path: String, _ flags: CInt) throws(StoreError) {
    let file = open(path, flags | O_CLOEXEC)
    guard file >= 0 else { throw failure(path, errno) }
    defer { close(file) }
    guard fsync(file) == 0 else { throw failure(path, errno) }
  }

  static func failure(_ path: String, _ code: CInt) -> StoreError {
    let (mayPass, cure) =
      switch code {
      case EEXIST: (false, "name another file, or have it replaced with --force")
      case ENOENT, ENOTDIR: (false, "create its directory, or name another")
      case EACCES, EPERM, EROFS: (false, "name a file in a directory that you may write to")
      case EISDIR: (false, "name a file in it")
      case ENOSPC, EDQUOT: (true, "free space on its file system, then try again")
      default: (true, "try again")
      }
    return StoreError(
      mayPass: mayPass, description: "\(path) cannot be written (\(String(cString: strerror(code)))): \(cure)")
  }
}

/// Which file has a name.
struct FileIdentity: Hashable, Sendable {
  private let device: UInt64
  private let inode: UInt64

  /// Nil when there is no file of that name.
  init?(of path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    (device, inode) = (UInt64(status.st_dev), UInt64(status.st_ino))
  }
}
