import Foundation
import Glibc

/// The files that the status log was rotated to, as far as the daemon needs them at its start. They are read and never
/// changed: what is wrong with them keeps nobody from starting.
enum RotatedLog {
  /// The last line's number in the one with this inode; nil when it is not there, compressed, or has no line of the log's
  /// own at its end.
  static func lastSeq(of path: String, inode: UInt64, _ verifier: LineVerifier) -> Int64? {
    let directory = (path as NSString).deletingLastPathComponent
    let stem = (path as NSString).lastPathComponent
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    for name in names where name.hasPrefix(stem) && name != stem {
      let file = open(directory + "/" + name, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
      guard file >= 0 else { continue }
      defer { close(file) }
      var status = stat()
      guard fstat(file, &status) == 0, UInt64(status.st_ino) == inode,
        status.st_mode & S_IFMT == S_IFREG
      else { continue }
      return try? LogTail(of: file, name: name, verifier).last?.seq
    }
    return nil
  }

  /// The last number in any of them, compressed ones included; nil: there is none that the database can have given.
  static func lastSeq(of path: String, _ verifier: LineVerifier) throws -> Int64? {
    let reader = StatusLogReader(path: path) { _ in }
    guard let line = try? reader.last(1).last, let own = ValidLine(line.bytes) else { return nil }
    return try verifier.verdict(own) == .foreign ? nil : own.seq
  }
}
