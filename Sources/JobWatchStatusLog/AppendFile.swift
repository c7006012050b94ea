import Glibc
import JobWatchFiles
import Synchronization
import SystemPackage

/// A file of lines that only grows. What is appended is on disk when `append` returns; if that fails, none of it is.
package final class AppendFile: Sendable {
  let inode: UInt64
  let descriptor: FileDescriptor
  private let path: String
  private let operations: Operations
  /// Where an append began that failed, and that could not be cut back yet.
  private let uncut = Mutex<Int64?>(nil)

  /// The system calls that change the file. Tests pass others, which fail or note their order.
  package struct Operations: Sendable {
    /// write(2), which may write less than it is given.
    var write: @Sendable (FileDescriptor, UnsafeRawBufferPointer) throws -> Int = { try $0.write($1) }
    /// ftruncate(2)
    var truncate: @Sendable (FileDescriptor, Int64) throws -> Void = { try $0.resize(to: $1) }
    /// fdatasync(2): the bytes and the file's length are on disk when it returns.
    var flush: @Sendable (FileDescriptor) throws -> Void = {
      guard fdatasync($0.rawValue) == 0 else { throw Errno(rawValue: errno) }
    }

    package init() {}
  }

  /// Creates the file (mode 0640) if it does not exist. Refuses all but plain files, because writing to a FIFO
  /// would wait for its reader.
  init(path: String, operations: Operations = Operations()) throws(FileFailure) {
    self.path = path
    self.operations = operations
    let file = try FileFailure.wrap("cannot be opened", path) {
      try FileDescriptor.open(
        FilePath(path), .readWrite, options: [.create, .append, .closeOnExec, .nonBlocking, .init(rawValue: O_NOCTTY)],
        permissions: FilePermissions(rawValue: 0o640))
    }
    descriptor = file
    do throws(FileFailure) {
      let status = try FileFailure.wrap("cannot be examined", path) { try file.stat() }
      guard status.type == .regular else { throw FileFailure(notPlain: path) }
      if status.size == 0 { try Directory.syncParent(path) }
      inode = UInt64(status.inode.rawValue)
    } catch {
      try? file.close()
      throw error
    }
  }

  deinit { try? descriptor.close() }

  /// Appends and flushes. A failure cuts the file back, because a full disk must leave no half line. What another
  /// program left behind the last newline becomes a line of its own.
  func append(_ bytes: [UInt8]) throws(FileFailure) {
    try finishCut()
    let length = try end()
    let last = try FileFailure.wrap("cannot be read", path) {
      try descriptor.bytes(upTo: 1, from: max(length - 1, 0)).first
    }
    let newline = UInt8(ascii: "\n")
    do throws(FileFailure) {
      try write(last ?? newline == newline ? bytes : [newline] + bytes)
      try flush()
    } catch {
      uncut.withLock { $0 = length }
      // The first failure is the one to report. A cut that fails, too, is made before anything else is written.
      try? finishCut()
      throw error
    }
  }

  /// Cuts back what a failed append has left. Nothing of it may stay in a file that is rotated.
  func finishCut() throws(FileFailure) {
    guard let length = uncut.withLock(\.self) else { return }
    // Somebody may have emptied it since.
    if try end() >= length { try cut(to: length) }
    uncut.withLock { $0 = nil }
  }

  private func end() throws(FileFailure) -> Int64 {
    try FileFailure.wrap("cannot be examined", path) { try descriptor.seek(offset: 0, from: .end) }
  }

  /// Cuts what follows `length`, and flushes: a power cut could undo the cut in a file that is rotated, never to be
  /// repaired.
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

  /// The path leads to another file, or nowhere: the log was rotated.
  var isRenamed: Bool { UInt64((try? Stat(path))?.inode.rawValue ?? 0) != inode }

  /// The file has no name any more, and its lines are gone.
  var isDeleted: Bool { (try? descriptor.stat())?.linkCount ?? 0 == 0 }
}
