import Glibc
import JobWatchCore
import JobWatchFiles
import SystemPackage

/// Bytes that cannot be jobwatch's own, kept beside the log for a person to look at:
/// `status.log.damaged-20261129T074500Z`. No rotation gives such a name, and no reader takes it for a part of the log.
enum AsideFile {
  private static let mark = ".damaged-"

  static func isOne(_ file: FilePath, of log: String) -> Bool {
    let stem = FilePath(log).lastComponent?.string ?? ""
    return file.lastComponent?.string.hasPrefix(stem + mark) == true
  }

  /// Moves the whole file aside, and returns its new path.
  static func move(_ path: String, at now: Timestamp) throws(FileFailure) -> String {
    let target = freeName(beside: path, at: now)
    guard rename(path, target) == 0 else { throw FileFailure("cannot be renamed", path, errno) }
    try Directory.syncParent(target)
    return target
  }

  /// Copies what follows `offset` aside, with the file's mode and owner, and returns the path of the flushed copy.
  static func copy(
    _ source: FileDescriptor, of path: String, from offset: Int64, at now: Timestamp
  ) throws(FileFailure) -> String {
    let target = freeName(beside: path, at: now)
    let file = try FileFailure.wrap("cannot be created", target) {
      try FileDescriptor.open(
        FilePath(target), .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
        permissions: FilePermissions(rawValue: 0o600))
    }
    defer { try? file.close() }
    do throws(FileFailure) {
      var offset = offset
      while true {
        let bytes = try FileFailure.wrap("cannot be read", path) {
          try source.bytes(upTo: 65_536, from: offset)
        }
        if bytes.isEmpty { break }
        try FileFailure.wrap("cannot be written", target) { _ = try file.writeAll(bytes) }
        offset += Int64(bytes.count)
      }
      guard fsync(file.rawValue) == 0 else { throw FileFailure("cannot be flushed", target, errno) }
      try Directory.syncParent(target)
    } catch {
      unlink(target)
      throw error
    }
    if let status = try? source.stat() {
      // Whoever may read the log may read what was in it. An owner that cannot be kept does no harm.
      fchown(file.rawValue, status.userID.rawValue, status.groupID.rawValue)
      fchmod(file.rawValue, status.permissions.rawValue & 0o777)
    }
    return target
  }

  private static func freeName(beside path: String, at now: Timestamp) -> String {
    // To the second, and easy to type: 20261129T074500Z.
    let time = "\(now)".prefix(19).filter { $0 != "-" && $0 != ":" } + "Z"
    let plain = "\(path)\(mark)\(time)"
    var (name, count, status) = (plain, 1, stat())
    while lstat(name, &status) == 0 {
      count += 1
      name = "\(plain)-\(count)"
    }
    return name
  }
}
