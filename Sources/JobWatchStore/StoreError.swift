import Foundation
import GRDB

/// Why the database cannot be used, with the cure.
package struct StoreError: Error, CustomStringConvertible, Sendable {
  /// Whether a later attempt may work (full disk, locked file). Else a person must act: wrong permissions, a damaged
  /// file, a newer version's tables.
  package var mayPass: Bool
  package var description: String

  static func lasting(_ description: String) -> StoreError { StoreError(mayPass: false, description: description) }

  static func passing(_ description: String) -> StoreError { StoreError(mayPass: true, description: description) }

  /// Nothing replaces a damaged file: what can be read of it is worth more than an empty database, and a running
  /// service would look sound.
  package static func damaged(_ path: String, _ reason: String) -> StoreError {
    .lasting(
      "\(path) is damaged (\(reason)): stop jobwatch; move the file away and keep it, with "
        + "\(path)-wal and \(path)-shm where they are; put a backup in its place, or what sqlite3 can "
        + "recover of it (.recover, or .dump where that fails), with the owner, group and mode that "
        + "jobwatch(8) names, which shows each step; start jobwatch")
  }

  /// The open file has lost its name: nobody would find again what is stored in it.
  static func moved(_ path: String) -> StoreError {
    .passing(
      "\(path) was moved, removed or replaced while jobwatch uses it, which takes in and stores "
        + "nothing more: put the file that belongs there back and restart jobwatch; what was removed "
        + "is in /proc/\(getpid())/fd until then, see jobwatch(8)")
  }
}

extension StoreError {
  init(_ error: any Error, path: String) {
    guard let error = error as? DatabaseError else {
      self = error as? StoreError ?? .passing("\(path): \(error)")
      return
    }
    let reason = error.message ?? "SQLite error \(error.extendedResultCode.rawValue)"
    self =
      switch error.resultCode {
      case .SQLITE_CANTOPEN: .unopened(path, reason, mayLackRoom: true)
      case .SQLITE_READONLY: .unopened(path, reason, mayLackRoom: false)
      case .SQLITE_PERM: .denied(path, reason)
      case _ where error.speaksOfDamage: .damaged(path, reason)
      case .SQLITE_FULL: .passing("\(path): the disk is full (\(reason))")
      default: .passing("\(path): \(reason)")
      }
  }

  /// What SQLite calls damage though it is none: a statement turns EIO of a read into `SQLITE_CORRUPT`
  /// (`abort_due_to_error` of vdbe.c), and a check reports the page. But damage stays, and a disk may be back in a minute.
  static func readFault(_ code: CInt) -> String? {
    [EIO, ENXIO, ERANGE].contains(code) ? String(cString: strerror(code)) : nil
  }

  /// Where a person acts on what is said of damage, or systemd does: damage only if all of the files can be read.
  init(confirming error: any Error, path: String) {
    let isDamage = (error as? DatabaseError)?.speaksOfDamage ?? false
    self = (isDamage ? Self.unread(path) : nil) ?? StoreError(error, path: path)
  }

  /// That the disk cannot be read, which SQLite also calls damage; nil: all of the database's files can be.
  static func unread(_ path: String) -> StoreError? {
    for name in [path, path + "-wal"] {
      let file = open(name, O_RDONLY | O_CLOEXEC)
      guard file >= 0 else { continue }
      defer { close(file) }
      var (page, count) = ([UInt8](repeating: 0, count: 4096), 0)
      repeat { count = read(file, &page, page.count) } while count > 0
      if count < 0, let fault = readFault(errno) {
        return .passing("\(name) cannot be read (\(fault)): look at the disk")
      }
    }
    return nil
  }

  private static func unopened(_ path: String, _ reason: String, mayLackRoom: Bool) -> StoreError {
    if access(path.parentDirectory, W_OK) != 0 && errno == EROFS {
      return .passing(
        "\(path) cannot be opened (\(reason)): mount its file system for writing, or if it is no "
          + "default place add it to ReadWritePaths= (systemctl edit jobwatch)")
    }
    guard mayLackRoom, access(path.parentDirectory + "/.", R_OK | W_OK | X_OK) == 0,
      obstacle(to: path) == nil
    else { return denied(path, reason) }
    // SQLite's error for a file system without room or inodes for the files that it makes beside the database.
    return .passing(
      "\(path), or \(path)-wal or -shm, cannot be opened (\(reason)), and not for want of "
        + "permissions: look for free space and inodes on its file system")
  }

  static func denied(_ path: String, _ reason: String) -> StoreError {
    .lasting(
      "\(path) cannot be opened (\(reason)): the directory must exist and belong to the user that "
        + "jobwatch runs as, and so must the file, its -wal and its -shm where they are there")
  }

  /// Why this user cannot open the database, or what SQLite has put beside it; nil: permissions allow it.
  static func obstacle(to path: String) -> String? {
    for file in [path] + WriteAheadLog.companions.map({ path + $0 }) {
      var status = stat()
      if lstat(file, &status) != 0, errno == ENOENT { continue }
      guard faccessat(AT_FDCWD, file, R_OK | W_OK, AT_EACCESS) == 0 else { return String(cString: strerror(errno)) }
      guard stat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return "\(file) is no file" }
    }
    return nil
  }
}

extension String {
  var parentDirectory: String { URL(fileURLWithPath: self).deletingLastPathComponent().path }
}

extension DatabaseError {
  var speaksOfDamage: Bool { resultCode == .SQLITE_CORRUPT || resultCode == .SQLITE_NOTADB }
}
