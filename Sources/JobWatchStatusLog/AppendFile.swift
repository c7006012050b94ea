import Glibc
import JobWatchFiles

/// A file of lines that only grows, in whole pieces: what is appended is on disk when `append` returns, or not there at
/// all.
package struct AppendFile: ~Copyable {
  let inode: UInt64
  /// Open as long as this is.
  let descriptor: Int32
  private let path: String
  private let operations: Operations

  /// The system calls that change the file. Tests pass others, which fail or note their order.
  package struct Operations: Sendable {
    /// write(2): the number of bytes written; negative on failure, with `errno`.
    var write: @Sendable (Int32, UnsafeRawBufferPointer) -> Int = {
      Glibc.write($0, $1.baseAddress, $1.count)
    }
    /// ftruncate(2): 0 on success.
    var truncate: @Sendable (Int32, off_t) -> Int32 = { ftruncate($0, $1) }
    /// fdatasync(2): the bytes and the file's length are on disk when it returns 0.
    var flush: @Sendable (Int32) -> Int32 = { fdatasync($0) }
  }

  /// Creates the file (mode 0640) where there is none. Throws for what is no plain file, at once: to write to a FIFO would
  /// mean to wait for whoever reads it.
  init(path: String, operations: Operations = Operations()) throws(FileFailure) {
    self.path = path
    self.operations = operations
    (descriptor, inode) = try Self.open(path)
  }

  private static func open(_ path: String) throws(FileFailure) -> (Int32, UInt64) {
    let flags = O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOCTTY
    let file = Glibc.open(path, flags, 0o640)
    guard file >= 0 else { throw FileFailure("cannot be opened", path, errno) }
    do throws(FileFailure) {
      var status = stat()
      guard fstat(file, &status) == 0 else { throw FileFailure("cannot be examined", path, errno) }
      guard status.st_mode & S_IFMT == S_IFREG else { throw FileFailure(notPlain: path) }
      if status.st_size == 0 { try keepName(path) }
      return (file, UInt64(status.st_ino))
    } catch {
      close(file)
      throw error
    }
  }

  /// A new file's name is in its directory, and a power cut may take it away with all its lines until that is flushed.
  static func keepName(_ path: String) throws(FileFailure) {
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

  /// Appends and flushes. On failure the file is cut back to what it was: a full disk leaves no half line. What somebody
  /// else has left behind the last newline becomes a line of its own, which takes nothing away from ours.
  func append(_ bytes: [UInt8]) throws(FileFailure) {
    let length = lseek(descriptor, 0, SEEK_END)
    do throws(FileFailure) {
      try write(isOpenEnded(length) ? [UInt8(ascii: "\n")] + bytes : bytes)
      try flush()
    } catch {
      // The failure that led here is the one to report.
      if length >= 0 { try? cut(to: length) }
      throw error
    }
  }

  private func isOpenEnded(_ length: off_t) -> Bool {
    var last: UInt8 = 0
    return length > 0 && pread(descriptor, &last, 1, length - 1) == 1 && last != UInt8(ascii: "\n")
  }

  /// Cuts what follows `length` and flushes the cut: a cut that is only in memory is undone by a power cut, and then
  /// what was cut stands in the file again, perhaps in one that was rotated and is never repaired.
  func cut(to length: off_t) throws(FileFailure) {
    guard operations.truncate(descriptor, length) == 0 else {
      throw FileFailure("cannot be cut", path, errno)
    }
    try flush()
  }

  private func flush() throws(FileFailure) {
    guard operations.flush(descriptor) == 0 else {
      throw FileFailure("cannot be flushed", path, errno)
    }
  }

  private func write(_ bytes: [UInt8]) throws(FileFailure) {
    var offset = 0
    while offset < bytes.count {
      let count = bytes[offset...].withUnsafeBytes { operations.write(descriptor, $0) }
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
}
