import Foundation
import Glibc
import JobWatchCore
import SystemPackage

/// Writes submissions, or a command, into the spool as one file. The file appears whole or not at all, and survives a
/// power cut after `write` returned.
package struct SpoolWriter: Sendable {
  /// Why nothing was written, with the cure.
  package struct Failure: Error, Sendable, CustomStringConvertible {
    package var description: String
  }

  private let incoming: String

  /// - Parameter spoolDirectory: the one that holds `incoming/`.
  package init(spoolDirectory: String) { incoming = spoolDirectory + "/incoming" }

  /// Whether the daemon would take a command from this process: `incoming/` belongs to the daemon's user. True where
  /// that cannot be seen; the daemon decides.
  package static func mayCommand(spoolDirectory: String) -> Bool {
    var status = stat()
    guard geteuid() != 0, stat(spoolDirectory + "/incoming", &status) == 0 else { return true }
    return status.st_uid == geteuid()
  }

  /// Writes one file of JSON Lines and returns its path. The names sort by time.
  package func write(_ submissions: [SpoolSubmission], at now: Timestamp) throws(Failure) -> String {
    try write(Self.encode(submissions), at: now)
  }

  package func write(_ command: SpoolCommand, at now: Timestamp) throws(Failure) -> String {
    try write(Self.encode([command]), at: now)
  }

  private func write(_ content: Data, at now: Timestamp) throws(Failure) -> String {
    // Time, process and a random number: no two writers choose the same name, and the oldest sorts first.
    let chance = String(UInt64.random(in: .min ... .max), radix: 16)
    let name = "\(now.milliseconds)-\(getpid())-\(chance).jsonl"
    // The daemon does not read names that begin with a dot: half a file is none.
    let (temporary, path) = ("\(incoming)/.\(name).tmp", "\(incoming)/\(name)")
    do {
      try Self.put(content, temporary)
      // Open for reading, because the daemon takes no file that is open for writing.
      let file = try FileDescriptor.open(FilePath(temporary), .readOnly, options: [.closeOnExec, .noFollow])
      try file.closeAfter {
        try Self.check(rename(temporary, path))
        try syncParent(of: file)
      }
      return path
    } catch {
      unlink(temporary)
      throw failure(error as? Errno ?? .ioError)
    }
  }

  private static func encode(_ entries: [some Encodable]) throws(Failure) -> Data {
    var content = Data()
    for entry in entries {
      do {
        content += Data((try StoredJSON.text(entry) + "\n").utf8)
      } catch {
        throw Failure(description: "\(entry) cannot be written as JSON: \(error)")
      }
    }
    guard entries.count <= SpoolFile.jobLimit, content.count <= SpoolFile.sizeLimit else {
      throw Failure(
        description: "more than \(SpoolFile.jobLimit) jobs or \(SpoolFile.sizeLimit >> 20) MiB at "
          + "once: submit in several parts")
    }
    return content
  }

  /// Makes a file of which everything is on disk. Throws `Errno`.
  static func put(_ content: Data, _ path: String) throws {
    // The daemon must be able to read the file whatever the submitter's umask is. Others cannot: incoming/ is closed to
    // them.
    let mode = FilePermissions(rawValue: 0o644)
    let file = try FileDescriptor.open(
      FilePath(path), .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec, .noFollow], permissions: mode)
    try file.closeAfter {
      try check(fchmod(file.rawValue, mode.rawValue))
      try file.writeAll(content)
      try check(fsync(file.rawValue))
    }
  }

  /// Makes the new name survive a power cut. A submitter who may not list incoming/ cannot open the directory to flush
  /// it. Flushing the renamed file then makes a journaling file system commit the rename too, because the rename
  /// changed the file's own times.
  private func syncParent(of file: FileDescriptor) throws {
    let directory = open(incoming, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    defer { if directory >= 0 { close(directory) } }
    try Self.check(fsync(directory >= 0 ? directory : file.rawValue))
  }

  private static func check(_ result: CInt) throws {
    if result != 0 { throw Errno(rawValue: errno) }
  }

  private func failure(_ code: Errno) -> Failure {
    let cure =
      switch code {
      case .noSuchFileOrDirectory, .notDirectory:
        "create it with systemd-tmpfiles --create (a daemon that is run by hand makes it itself), or "
          + "name the right one (spool_dir, or submit --spool)"
      case .permissionDenied, .notPermitted:
        "add yourself to group jobwatch-submit (usermod -aG jobwatch-submit USER), then log in again"
      case .noSpace, .diskQuotaExceeded: "free space on its file system, then try again"
      case .readOnlyFileSystem: "mount its file system for writing, then try again"
      default: "try again; if it persists, look into the system's log"
      }
    return Failure(description: "cannot write to \(incoming) (\(code)): \(cure)")
  }
}
