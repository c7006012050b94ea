import Glibc
import JobWatchFiles

/// A directory that the daemon needs, and makes where it may.
///
/// Only the directory itself, never its parent: where that is missing the path is mostly wrong, or a file system is not
/// mounted.
struct NeededDirectory: Sendable, Hashable {
  let path: String
  let mode: mode_t
  /// A file in its place is kept beside it, as `.aside-1`, instead of being refused.
  var replacesFile = false

  /// False: a start makes it. Changes nothing.
  /// - Parameter planned: directories that will have been made before it.
  func isThere(after planned: Set<String> = []) throws(FileFailure) -> Bool {
    var status = stat()
    if stat(path, &status) == 0 {
      if status.st_mode & S_IFMT == S_IFDIR { return true }
      guard replacesFile else { throw FileFailure("cannot be used", path, ENOTDIR) }
    } else {
      guard errno == ENOENT else { throw FileFailure("cannot be looked at", path, errno) }
      guard replacesFile || lstat(path, &status) != 0 else {
        throw FileFailure("is a link to nowhere and cannot be used", path, ENOENT)
      }
    }
    let parent = Directory.parent(of: path)
    guard planned.contains(parent) || Self.allows(parent, W_OK | X_OK) else {
      throw FileFailure("is not there and cannot be made", path, errno)
    }
    return false
  }

  /// True when it was not there. Throws what `isThere` would.
  @discardableResult
  func make() throws(FileFailure) -> Bool {
    if try isThere() { return false }
    if replacesFile { try keepAside() }
    guard mkdir(path, mode) == 0 || errno == EEXIST else { throw FileFailure("cannot be made", path, errno) }
    return true
  }

  private func keepAside() throws(FileFailure) {
    var status = stat()
    guard lstat(path, &status) == 0 else { return }
    var number = 1
    while lstat("\(path).aside-\(number)", &status) == 0 { number += 1 }
    guard rename(path, "\(path).aside-\(number)") == 0 || errno == ENOENT else {
      throw FileFailure("cannot be renamed", path, errno)
    }
  }

  /// Whether the effective user may; `errno` says why not.
  static func allows(_ path: String, _ mode: Int32) -> Bool { faccessat(AT_FDCWD, path, mode, AT_EACCESS) == 0 }
}
