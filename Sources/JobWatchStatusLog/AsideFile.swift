import Glibc
import JobWatchCore
import JobWatchFiles

/// What cannot be a file of jobwatch's own, kept beside it for a person to look at: `status.log.damaged-20261129T074500Z`,
/// a name that no rotation gives and no reader of the log takes for a part of it. It never replaces anything.
enum AsideFile {
  /// Moves the whole file there.
  /// - Returns: where it is now.
  static func move(_ path: String, at now: Timestamp) throws(FileFailure) -> String {
    let target = freeName(beside: path, at: now)
    guard rename(path, target) == 0 else {
      throw FileFailure("cannot be renamed", path, errno)
    }
    try AppendFile.keepName(target)
    return target
  }

  /// Copies what follows `offset` there, flushed, with mode and owner of the file. It is the caller's then to cut.
  static func copy(
    _ descriptor: Int32, of path: String, from offset: off_t, at now: Timestamp
  ) throws(FileFailure) -> String {
    let target = freeName(beside: path, at: now)
    let file = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw FileFailure("cannot be created", target, errno) }
    defer { close(file) }
    do throws(FileFailure) {
      try copy(descriptor, path, from: offset, to: file, target)
      guard fsync(file) == 0 else { throw FileFailure("cannot be flushed", target, errno) }
      try AppendFile.keepName(target)
    } catch {
      unlink(target)
      throw error
    }
    var status = stat()
    if fstat(descriptor, &status) == 0 {
      // Whoever may read the log may see what was in it; that the owner cannot be kept does no harm.
      fchown(file, status.st_uid, status.st_gid)
      fchmod(file, status.st_mode & 0o777)
    }
    return target
  }

  /// Whether the file with this inode was moved.
  static func holds(_ inode: UInt64, of path: String) -> Bool {
    let end = path.lastIndex(of: "/")
    let directory = end.map { String(path[..<$0]) } ?? "."
    let stem = (end.map { String(path[$0...].dropFirst()) } ?? path) + mark
    guard let stream = opendir(directory.isEmpty ? "/" : directory) else { return false }
    defer { closedir(stream) }
    while let entry = readdir(stream) {
      guard UInt64(entry.pointee.d_ino) == inode else { continue }
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name.hasPrefix(stem) { return true }
    }
    return false
  }

  private static let mark = ".damaged-"

  static func discard(_ path: String) { unlink(path) }

  private static func copy(
    _ source: Int32, _ path: String, from offset: off_t, to file: Int32, _ target: String
  ) throws(FileFailure) {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    var offset = offset
    while true {
      let count = pread(source, &buffer, buffer.count, offset)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw FileFailure("cannot be read", path, errno) }
      if count == 0 { return }
      var written = 0
      while written < count {
        let bytes = buffer[written..<count].withUnsafeBytes {
          write(file, $0.baseAddress, $0.count)
        }
        if bytes < 0 && errno == EINTR { continue }
        guard bytes > 0 else { throw FileFailure("cannot be written", target, errno) }
        written += bytes
      }
      offset += off_t(count)
    }
  }

  private static func freeName(beside path: String, at now: Timestamp) -> String {
    // To the second, without what is hard to type: 20261129T074500Z.
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
