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

  /// Writes one file of JSON Lines and returns its path.
  package func write(_ submissions: [SpoolSubmission], at now: Timestamp) throws(Failure) -> String
  {
    try write(Self.encode(submissions), at: now)
  }

  /// Writes one file and returns its path. The name keeps commands in the order of time.
  package func write(_ command: SpoolCommand, at now: Timestamp) throws(Failure) -> String {
    try write(Self.encode([command]), at: now)
  }

  private func write(_ content: Data, at now: Timestamp) throws(Failure) -> String {
    let name = Self.name(at: now)
    // The daemon does not read names that begin with a dot: half a file is none.
    let temporary = "\(incoming)/.\(name).tmp"
    let final = "\(incoming)/\(name)"
    let writer = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o644)
    guard writer >= 0 else { throw failure(errno) }
    do throws(Failure) {
      defer { close(writer) }
      try put(content, in: writer)
    } catch {
      unlink(temporary)
      throw error
    }
    // Open for reading, because the daemon takes no file that is open for writing.
    let file = open(temporary, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    defer { if file >= 0 { close(file) } }
    do throws(Failure) {
      guard file >= 0, rename(temporary, final) == 0 else { throw failure(errno) }
    } catch {
      unlink(temporary)
      throw error
    }
    try keepName(of: file)
    return final
  }

  /// Time, process and a random number, so that no two writers choose the same name, and the oldest sorts first.
  private static func name(at now: Timestamp) -> String {
    let chance = String(UInt64.random(in: .min ... .max), radix: 16)
    return "\(now.milliseconds)-\(getpid())-\(chance).jsonl"
  }

  private static func encode(_ entries: [some Encodable]) throws(Failure) -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var content = Data()
    for entry in entries {
      do {
        content.append(try encoder.encode(entry))
      } catch {
        throw Failure(description: "\(entry) cannot be written as JSON: \(error)")
      }
      content.append(UInt8(ascii: "\n"))
    }
    guard entries.count <= SpoolFile.jobLimit, content.count <= SpoolFile.sizeLimit else {
      throw Failure(
        description: "more than \(SpoolFile.jobLimit) jobs or \(SpoolFile.sizeLimit >> 20) MiB at "
          + "once: submit in several parts")
    }
    return content
  }

  private func put(_ content: Data, in file: CInt) throws(Failure) {
    // The daemon must be able to read the file whatever the submitter's umask is. Others cannot: incoming/ is closed to
    // them.
    guard fchmod(file, 0o644) == 0 else { throw failure(errno) }
    do {
      _ = try FileDescriptor(rawValue: file).writeAll(content)
    } catch {
      throw failure((error as? Errno ?? .ioError).rawValue)
    }
    guard fsync(file) == 0 else { throw failure(errno) }
  }

  /// Makes the new name survive a power cut. A submitter who may not list incoming/ cannot open the directory to flush
  /// it. Flushing the renamed file then makes a journaling file system commit the rename too, because the rename
  /// changed the file's own times.
  private func keepName(of file: CInt) throws(Failure) {
    let directory = open(incoming, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    defer { if directory >= 0 { close(directory) } }
    guard fsync(directory >= 0 ? directory : file) == 0 else { throw failure(errno) }
  }

  private func failure(_ code: CInt) -> Failure {
    let cause = String(cString: strerror(code))
    let cure =
      switch code {
      case ENOENT, ENOTDIR:
        "create it with systemd-tmpfiles --create (a daemon that is run by hand makes it itself), or "
          + "name the right one (spool_dir, or submit --spool)"
      case EACCES, EPERM:
        "add yourself to group jobwatch-submit (usermod -aG jobwatch-submit USER), then log in again"
      case ENOSPC, EDQUOT: "free space on its file system, then try again"
      case EROFS: "mount its file system for writing, then try again"
      default: "try again; if it persists, look into the system's log"
      }
    return Failure(description: "cannot write to \(incoming) (\(cause)): \(cure)")
  }
}
