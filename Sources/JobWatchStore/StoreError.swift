import Foundation
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

  static func lasting(_ description: String) -> StoreError {
    StoreError(kind: .lasting, description: description)
  }

  static func passing(_ description: String) -> StoreError {
    StoreError(kind: .passing, description: description)
  }

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

  static func unmarked(_ path: String) -> StoreError {
    StoreError(
      kind: .lasting,
      description: "\(path) has tables, but nothing in grdb_migrations says of which version, as "
        + "after a recovery that lost it: move it away and put a backup in its place, as "
        + "jobwatch(8) shows")
  }

  static func stuck(_ path: String, _ reason: String) -> StoreError {
    StoreError(
      kind: .lasting,
      description:
        "\(path) cannot be brought up to date (\(reason)), and is as it was: install the "
        + "version of jobwatch that it was used with, or put a backup in its place; report this")
  }

  /// Never a new file in its place: what can still be read of the old one is worth more, and whoever finds the service
  /// running would think that all is well.
  package static func damaged(_ path: String, _ reason: String) -> StoreError {
    StoreError(
      kind: .lasting,
      description: "\(path) is damaged (\(reason)): stop jobwatch; move the file away and keep it, "
        + "with \(path)-wal and \(path)-shm where they are; put a backup in its place, or what "
        + "sqlite3 can recover of it (.recover, or .dump where that fails), with the owner, group "
        + "and mode that jobwatch(8) names, which shows each step; start jobwatch")
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
    case .SQLITE_CANTOPEN, .SQLITE_READONLY:
      self = Self.unopened(path, reason, mayLackRoom: error.resultCode == .SQLITE_CANTOPEN)
    case .SQLITE_PERM:
      self = Self.denied(path, reason)
    case .SQLITE_CORRUPT, .SQLITE_NOTADB:
      self = .damaged(path, reason)
    case .SQLITE_FULL:
      self.init(kind: .passing, description: "\(path): the disk is full (\(reason))")
    default:
      self.init(kind: .passing, description: "\(path): \(reason)")
    }
  }

  /// The file that is open has not this name any more: what is stored in it nobody would find again.
  static func moved(_ path: String) -> StoreError {
    StoreError(
      kind: .passing,
      description: "\(path) was moved, removed or replaced while jobwatch uses it, which takes in "
        + "and stores nothing more: put the file that belongs there back and restart jobwatch; what was "
        + "removed is in /proc/\(getpid())/fd until then, see jobwatch(8)")
  }

  private static func unopened(_ path: String, _ reason: String, mayLackRoom: Bool) -> StoreError {
    let directory = URL(fileURLWithPath: path).deletingLastPathComponent().path
    if access(directory, W_OK) != 0 && errno == EROFS {
      return StoreError(
        kind: .passing,
        description: "\(path) cannot be opened (\(reason)): mount its file system for writing, or "
          + "if it is no default place add it to ReadWritePaths= (systemctl edit jobwatch)")
    }
    guard mayLackRoom, isAllowed(path) else { return denied(path, reason) }
    return StoreError(
      kind: .passing,
      description: "\(path), or \(path)-wal or -shm, cannot be opened (\(reason)), and not for "
        + "want of permissions: look for free space and inodes on its file system")
  }

  /// That the database, and what SQLite has put beside it, can be opened by this user, as it acts now.
  static func requireRights(_ path: String) throws(StoreError) {
    for file in [path] + WriteAheadLog.companions.map({ path + $0 }) {
      var status = stat()
      if lstat(file, &status) != 0, errno == ENOENT { continue }
      guard faccessat(AT_FDCWD, file, R_OK | W_OK, AT_EACCESS) == 0 else {
        throw denied(path, String(cString: strerror(errno)))
      }
      guard stat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
        throw denied(path, "\(file) is no file")
      }
    }
  }

  static func denied(_ path: String, _ reason: String) -> StoreError {
    StoreError(
      kind: .lasting,
      description: "\(path) cannot be opened (\(reason)): the directory must exist and belong to "
        + "the user that jobwatch runs as, and so must the file, its -wal and its -shm where they "
        + "are there")
  }

  /// Whether files can be made and opened there as far as permissions go. SQLite makes no difference between that and
  /// a file system that has no room, or no inode, for the files that it puts beside the database at every start.
  private static func isAllowed(_ path: String) -> Bool {
    let directory = URL(fileURLWithPath: path).deletingLastPathComponent().path
    guard access(directory + "/.", R_OK | W_OK | X_OK) == 0 else { return false }
    return ([""] + WriteAheadLog.companions).allSatisfy { suffix in
      var status = stat()
      guard lstat(path + suffix, &status) == 0 else { return errno == ENOENT }
      guard stat(path + suffix, &status) == 0 else { return false }
      return status.st_mode & S_IFMT == S_IFREG && access(path + suffix, R_OK | W_OK) == 0
    }
  }
}
