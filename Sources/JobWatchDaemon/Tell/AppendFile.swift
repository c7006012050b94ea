import Glibc

/// A file that only grows, in whole pieces: what is appended is on disk when `append` returns, or not there at all.
struct AppendFile: ~Copyable {
  let inode: UInt64
  private let descriptor: Int32
  private let path: String

  /// Creates the file (mode 0640) where there is none.
  init(path: String) throws(FileFailure) {
    self.path = path
    (descriptor, inode) = try Self.open(path)
  }

  private static func open(_ path: String) throws(FileFailure) -> (Int32, UInt64) {
    let file = Glibc.open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o640)
    guard file >= 0 else { throw FileFailure("cannot be opened", path, errno) }
    do throws(FileFailure) {
      var status = stat()
      guard fstat(file, &status) == 0 else { throw FileFailure("cannot be examined", path, errno) }
      if status.st_size == 0 { try keepName(path) }
      return (file, UInt64(status.st_ino))
    } catch {
      close(file)
      throw error
    }
  }

  /// A new file's name is in its directory, and a power cut may take it away with all its lines until that is flushed.
  private static func keepName(_ path: String) throws(FileFailure) {
    let parent = path.lastIndex(of: "/").map { path[..<$0] } ?? "."
    let directory = Glibc.open(
      parent.isEmpty ? "/" : String(parent), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard directory >= 0 else {
      throw FileFailure("has a directory that cannot be opened", path, errno)
    }
    defer { close(directory) }
    guard fsync(directory) == 0 else {
      throw FileFailure("has a directory that cannot be flushed", path, errno)
    }
  }

  deinit { close(descriptor) }

  /// Appends and flushes. On failure the file is cut back to what it was: a full disk leaves no half line.
  func append(_ bytes: [UInt8]) throws(FileFailure) {
    let length = lseek(descriptor, 0, SEEK_END)
    do throws(FileFailure) {
      try write(bytes)
      guard fdatasync(descriptor) == 0 else { throw FileFailure("cannot be flushed", path, errno) }
    } catch {
      if length >= 0 { ftruncate(descriptor, length) }
      throw error
    }
  }

  private func write(_ bytes: [UInt8]) throws(FileFailure) {
    var offset = 0
    while offset < bytes.count {
      let count = bytes[offset...].withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress, $0.count)
      }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw FileFailure("cannot be written", path, errno) }
      offset += count
    }
  }

  /// Its name leads to another file, or nowhere: it was rotated.
  var isRenamed: Bool {
    var status = stat()
    return stat(path, &status) != 0 || UInt64(status.st_ino) != inode
  }

  /// No name leads to it any more: what was appended is gone.
  var isDeleted: Bool {
    var status = stat()
    return fstat(descriptor, &status) != 0 || status.st_nlink == 0
  }

  /// Cuts what follows the last newline (a crash in the middle of a line) and returns the last whole line.
  func cutTornTail() throws(FileFailure) -> [UInt8]? {
    let length = lseek(descriptor, 0, SEEK_END)
    guard length > 0 else { return nil }
    let newline = UInt8(ascii: "\n")
    var tail: [UInt8] = []
    var start = length
    // The last line and the newline before it, however long the line is.
    while start > 0, tail.dropLast().count(where: { $0 == newline }) < 2 {
      let chunk = min(65_536, start)
      start -= chunk
      tail = try read(count: Int(chunk), at: start) + tail
    }
    guard let end = tail.lastIndex(of: newline) else {
      guard ftruncate(descriptor, 0) == 0 else { throw FileFailure("cannot be cut", path, errno) }
      return nil
    }
    if end < tail.count - 1 {
      guard ftruncate(descriptor, start + off_t(end) + 1) == 0 else {
        throw FileFailure("cannot be cut", path, errno)
      }
    }
    let line = tail[..<end]
    return Array(line[(line.lastIndex(of: newline).map { $0 + 1 } ?? 0)...])
  }

  private func read(count: Int, at offset: off_t) throws(FileFailure) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let read = pread(descriptor, &bytes, count, offset)
    guard read == count else { throw FileFailure("cannot be read", path, errno) }
    return bytes
  }
}

/// A file operation that failed, with the place and the system's reason.
package struct FileFailure: Error, Sendable, CustomStringConvertible {
  package var description: String
  package var code: Int32

  /// Trying again would not help.
  var isDenied: Bool { [EACCES, EPERM, ENOTEMPTY].contains(code) }

  package init(_ problem: String, _ path: String, _ code: Int32) {
    self.code = code
    let cure =
      switch code {
      case ENOSPC, EDQUOT: ": free some space"
      case EACCES, EPERM: ": let the service's user read and write it"
      case ENOENT: ": create its directory"
      // So it also seems to a service whose directory was made again while it runs, or is not named in its unit.
      case EROFS:
        ": mount its file system for writing; where it is, restart jobwatch, and if it is no default "
          + "place add it to ReadWritePaths= (systemctl edit jobwatch)"
      default: ""
      }
    description = "\(path) \(problem): \(String(cString: strerror(code)))\(cure)"
  }
}
