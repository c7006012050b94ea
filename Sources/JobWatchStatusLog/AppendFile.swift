import Glibc
import JobWatchFiles
import SystemPackage

/// A file of lines that only grows, in whole pieces: what is appended is on disk when `append` returns, or not there at
/// all.
package struct AppendFile: ~Copyable {
  let inode: UInt64
  /// Open as long as this is.
  let descriptor: FileDescriptor
  private let path: String
  private let operations: Operations

  /// The system calls that change the file. Tests pass others, which fail or note their order.
  package struct Operations: Sendable {
    /// write(2), which may write less than it is given.
    var write: @Sendable (FileDescriptor, UnsafeRawBufferPointer) throws -> Int = {
      try $0.write($1)
    }
    /// ftruncate(2)
    var truncate: @Sendable (FileDescriptor, Int64) throws -> Void = { try $0.resize(to: $1) }
    /// fdatasync(2): the bytes and the file's length are on disk when it returns.
    var flush: @Sendable (FileDescriptor) throws -> Void = {
      guard fdatasync($0.rawValue) == 0 else { throw Errno(rawValue: errno) }
    }

    package init() {}
  }

  /// Creates the file (mode 0640) if it does not exist. Anything but a plain file is refused at once, because writing
  /// to a FIFO would wait for its reader.
  init(path: String, operations: Operations = Operations()) throws(FileFailure) {
    self.path = path
    self.operations = operations
    (descriptor, inode) = try Self.open(path)
  }

  private static func open(_ path: String) throws(FileFailure) -> (FileDescriptor, UInt64) {
    let file = try FileFailure.wrap("cannot be opened", path) {
      try FileDescriptor.open(
        FilePath(path), .readWrite,
        options: [.create, .append, .closeOnExec, .nonBlocking, .init(rawValue: O_NOCTTY)],
        permissions: FilePermissions(rawValue: 0o640))
    }
    do throws(FileFailure) {
      let status = try FileFailure.wrap("cannot be examined", path) { try file.stat() }
      guard status.type == .regular else { throw FileFailure(notPlain: path) }
      if status.size == 0 { try DirectoryEntry.keepName(path) }
      return (file, UInt64(status.inode.rawValue))
    } catch {
      try? file.close()
      throw error
    }
  }

  deinit { try? descriptor.close() }

  /// Appends and flushes. A failure cuts the file back to what it was, so that a full disk leaves no half line. What
  /// another program left behind the last newline becomes a line of its own, and takes nothing away from ours.
  func append(_ bytes: [UInt8]) throws(FileFailure) {
    let length = try FileFailure.wrap("cannot be examined", path) {
      try descriptor.seek(offset: 0, from: .end)
    }
    do throws(FileFailure) {
      try write(try isOpenEnded(length) ? [UInt8(ascii: "\n")] + bytes : bytes)
      try flush()
    } catch {
      // The failure that led here is the one to report.
      try? cut(to: length)
      throw error
    }
  }

  private func isOpenEnded(_ length: Int64) throws(FileFailure) -> Bool {
    guard length > 0 else { return false }
    let last = try FileFailure.wrap("cannot be read", path) {
      try descriptor.bytes(upTo: 1, from: length - 1)
    }
    // Nothing, where the file was emptied meanwhile.
    return last.first.map { $0 != UInt8(ascii: "\n") } ?? false
  }

  /// Cuts what follows `length` and flushes the cut: a cut that is only in memory is undone by a power cut, and then
  /// what was cut stands in the file again, perhaps in one that was rotated and is never repaired.
  func cut(to length: Int64) throws(FileFailure) {
    try FileFailure.wrap("cannot be cut", path) { try operations.truncate(descriptor, length) }
    try flush()
  }

  private func flush() throws(FileFailure) {
    try FileFailure.wrap("cannot be flushed", path) { try operations.flush(descriptor) }
  }

  private func write(_ bytes: [UInt8]) throws(FileFailure) {
    try FileFailure.wrap("cannot be written", path) {
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = try rest.withUnsafeBytes { try operations.write(descriptor, $0) }
        guard count > 0 else { throw Errno.ioError }
        rest = rest.dropFirst(count)
      }
    }
  }

  /// Its name leads to another file, or nowhere: it was rotated.
  var isRenamed: Bool { UInt64((try? Stat(path))?.inode.rawValue ?? 0) != inode }

  /// No name leads to it any more: what was appended is gone.
  var isDeleted: Bool { (try? descriptor.stat())?.linkCount ?? 0 == 0 }
}
