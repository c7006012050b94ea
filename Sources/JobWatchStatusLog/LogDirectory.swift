import Foundation
import JobWatchFiles
import SystemPackage

/// The status log and the files that it was rotated to.
struct LogDirectory {
  /// The path of the current file.
  let log: String

  private var name: String { (log as NSString).lastPathComponent }

  var directory: String { Directory.parent(of: log) }

  /// Every file that holds lines, in the order of their first lines, and the current file even when it is empty.
  ///
  /// - Parameter tell: told which rotated files cannot be read.
  func segments(tell: (String) -> Void) throws -> [LogSegment] {
    let names = try rotated()
    var segments: [LogSegment] = []
    for name in names.sorted() {
      // The uncompressed file stands beside it until the compression is complete.
      if name.hasSuffix(".gz"), names.contains(String(name.dropLast(3))) { continue }
      if [".xz", ".zst", ".bz2", ".lz4", ".Z"].contains(where: name.hasSuffix) {
        tell("\(name) is left out: only gzip's compression is read")
        continue
      }
      do {
        if let segment = try segment(directory + "/" + name, tell), segment.first != nil { segments.append(segment) }
      } catch let error as LogUnreadable {
        tell("\(error)")
      }
    }
    if let current = try segment(log, tell) { segments.append(current) }
    if segments.isEmpty { throw LogUnreadable(log, ENOENT) }
    return segments.sorted { left, right in
      (left.first?.seq ?? .max, left.isCompressed ? 1 : 0) < (right.first?.seq ?? .max, right.isCompressed ? 1 : 0)
    }
  }

  private func segment(_ path: String, _ tell: (String) -> Void) throws -> LogSegment? {
    guard let (lines, inode) = try LogSegment.open(path) else { return nil }
    var segment = LogSegment(path: path, inode: inode)
    while let line = try lines.next() {
      guard let head = LogHead(line) else { continue }
      segment.first = (head.seq, String(decoding: head.time, as: UTF8.self))
      return segment
    }
    if !lines.isWhole { tell("\(segment.name) is left out: it is damaged") }
    return segment
  }

  private func names() throws(FileFailure) -> [String] {
    try Directory.names(in: directory).map { String(decoding: $0, as: UTF8.self) }.filter { $0.hasPrefix(name) }
  }

  /// The names beside the log's that rotation gives: `.1`, `.2.gz`, `-20261121`, `-20261121-1764000000.gz`.
  private func rotated() throws(LogUnreadable) -> Set<String> {
    let suffix = /[.\-][0-9][0-9\-_T]*(?:\.(?:gz|xz|zst|bz2|lz4|Z))?/
    do throws(FileFailure) {
      return Set(try names().filter { $0.dropFirst(name.count).wholeMatch(of: suffix) != nil })
    } catch {
      throw LogUnreadable(error.code == ENOENT ? log : directory, error.code)
    }
  }

  /// The plain file beside the log, named after it, that has this inode.
  func sibling(_ inode: UInt64) throws(FileFailure) -> FilePath? {
    try names().filter { $0 != name }.map { FilePath(directory).appending($0) }
      .first {
        let status = try? Stat($0)
        return status?.type == .regular && UInt64(status?.inode.rawValue ?? 0) == inode
      }
  }
}

/// One file of the status log: the current one, or a rotated one.
struct LogSegment {
  let path: String
  /// The file that was listed; another inode under the name means that the log was rotated.
  let inode: UInt64
  /// The number and the time of its first line; nil while it has none.
  var first: (seq: Int64, time: String)?

  var isCompressed: Bool { path.hasSuffix(".gz") }
  var name: String { (path as NSString).lastPathComponent }

  /// Nil when the name leads elsewhere meanwhile: the log was rotated.
  func open() throws -> LineReader? {
    try Self.open(path).flatMap { $0.inode == inode ? $0.lines : nil }
  }

  /// Nil when there is no plain file at `path`.
  static func open(_ path: String) throws -> (lines: LineReader, inode: UInt64)? {
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    var status = stat()
    guard descriptor >= 0 else {
      let code = errno
      let isPlain = stat(path, &status) != 0 || status.st_mode & S_IFMT == S_IFREG
      if code == ENOENT || !isPlain { return nil }
      throw LogUnreadable(path, code)
    }
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      return nil
    }
    let lines = try LineReader(descriptor, name: path, isCompressed: path.hasSuffix(".gz"))
    return (lines, UInt64(status.st_ino))
  }
}

/// The status log, or a file that it was rotated to, cannot be read.
package struct LogUnreadable: Error, CustomStringConvertible {
  package let description: String
  /// There is no such file: it may come yet.
  package let isMissing: Bool

  init(_ path: String, _ code: Int32) {
    let cure =
      switch code {
      case EACCES, EPERM: ": add yourself to the group jobwatch-read, or use sudo"
      case ENOENT:
        ": has the daemon run? Check status_log in the configuration, or name the log with --file"
      default: ""
      }
    description = "\(path) cannot be read (\(String(cString: strerror(code))))\(cure)"
    isMissing = code == ENOENT
  }
}
