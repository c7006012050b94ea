import Foundation

/// One file of the status log: the current one, or a rotated one.
struct LogSegment {
  let path: String
  /// The file that was listed; another inode under the name means that the log was rotated.
  let inode: UInt64
  /// The number and the time of its first line; nil while it has none.
  var first: (seq: Int64, time: String)?

  /// Nil when there is no plain file at `path`.
  init?(path: String) throws(LogUnreadable) {
    self.path = path
    var status = stat()
    guard stat(path, &status) == 0 else {
      if errno == ENOENT { return nil }
      throw LogUnreadable(path, errno)
    }
    guard status.st_mode & S_IFMT == S_IFREG else { return nil }
    inode = UInt64(status.st_ino)
  }

  var isCompressed: Bool { path.hasSuffix(".gz") }
  var name: String { (path as NSString).lastPathComponent }

  /// Nil when the name leads elsewhere meanwhile: the log was rotated.
  func open() throws -> LogContent? {
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT { return nil }
      throw LogUnreadable(path, errno)
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0, UInt64(status.st_ino) == inode else {
      close(descriptor)
      return nil
    }
    guard isCompressed else { return .plain(LineReader(descriptor, name: path)) }
    defer { close(descriptor) }
    return .compressed(try GzipStream(descriptor, name: path))
  }
}

enum LogContent {
  case plain(LineReader)
  case compressed(GzipStream)

  var lines: LineReader {
    switch self {
    case .plain(let lines): lines
    case .compressed(let stream): stream.lines
    }
  }

  /// After the last line: whether all of it could be read.
  var isWhole: Bool {
    switch self {
    case .plain: true
    case .compressed(let stream): stream.isWhole()
    }
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
