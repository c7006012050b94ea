import Foundation

/// A file that is written under another name, beside the one it is for, until it is whole: whoever looks finds the old
/// one, the new one or none.
struct StagedFile: Sendable {
  let target: String
  let path: String

  /// - Parameter path: in the directory of `target`, since nothing is renamed from one file system to another. What an
  ///   earlier attempt left there goes.
  init(for target: String, at path: String) throws(StoreError) {
    (self.target, self.path) = (target, path)
    discard()
    let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw Self.failure(target, errno) }
    close(file)
  }

  /// On disk, and then under its own name, which a power cut may still undo: see `sync(directoryOf:)`. Throws when there
  /// is a file of that name that is not to be replaced.
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

  /// For file systems that know no links (FAT, some network ones): the name is taken by an empty file, if nobody has it,
  /// which is then replaced.
  func putWithoutLink() throws(StoreError) {
    let file = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw Self.failure(target, errno) }
    close(file)
    guard rename(path, target) == 0 else {
      let code = errno
      unlink(target)
      throw Self.failure(target, code)
    }
  }

  /// Throws where so many bytes would leave nothing to others: found out by writing them, everybody who writes there
  /// would find out too.
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
    try sync(URL(fileURLWithPath: path).deletingLastPathComponent().path, O_RDONLY | O_DIRECTORY)
  }

  private static func sync(_ path: String, _ flags: CInt) throws(StoreError) {
    let file = open(path, flags | O_CLOEXEC)
    guard file >= 0 else { throw failure(path, errno) }
    defer { close(file) }
    guard fsync(file) == 0 else { throw failure(path, errno) }
  }

  static func failure(_ path: String, _ code: CInt) -> StoreError {
    let (kind, cure): (StoreError.Kind, String) =
      switch code {
      case EEXIST: (.lasting, "name another file, or have it replaced with --force")
      case ENOENT, ENOTDIR: (.lasting, "create its directory, or name another")
      case EACCES, EPERM, EROFS: (.lasting, "name a file in a directory that you may write to")
      case EISDIR: (.lasting, "name a file in it")
      case ENOSPC, EDQUOT: (.passing, "free space on its file system, then try again")
      default: (.passing, "try again")
      }
    return StoreError(
      kind: kind,
      description: "\(path) cannot be written (\(String(cString: strerror(code)))): \(cure)")
  }
}
