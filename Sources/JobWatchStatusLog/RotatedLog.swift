import JobWatchFiles
import SystemPackage

/// The files that the status log was rotated to, as the daemon needs them at its start. They are only read, and what is
/// wrong with them keeps no daemon from starting.
enum RotatedLog {
  /// The last line's number in the rotated file with this inode; nil when it is not there, is compressed, or ends with
  /// no line of the log's own.
  static func lastSeq(of path: String, inode: UInt64, _ verifier: LineVerifier) -> Int64? {
    let log = FilePath(path)
    let directory = log.removingLastComponent()
    let stem = log.lastComponent?.string ?? ""
    let entries = try? DirectoryEntry.list(directory.isEmpty ? "." : directory.string)
    for name in (entries ?? []).map(\.name) where name.hasPrefix(stem) && name != stem {
      let file = try? FileDescriptor.open(
        directory.appending(name), .readOnly, options: [.nonBlocking, .closeOnExec])
      guard let file else { continue }
      defer { try? file.close() }
      guard let status = try? file.stat(), UInt64(status.inode.rawValue) == inode,
        status.type == .regular
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
