import Foundation
import Glibc

/// Finds out whether a file is open for writing.
///
/// A read lease (fcntl(2)) is the proof: the kernel gives none on a file that any process has open for writing. While it
/// is held, nobody can open the file for writing. Only the owner of a file, or a process with CAP_LEASE, gets a lease,
/// and not on every file system. `/proc/*/fd` is no substitute: it shows other users' processes to root only, and the
/// systemd unit hides them.
package struct WriterDetector: Sendable {
  enum Result: Sendable, Hashable {
    case closed
    case open
    case unknown(String)
  }

  /// Why a lease proves nothing here; nil: it proves it.
  let unavailable: String?

  init(unavailable: String?) { self.unavailable = unavailable }

  /// On a file system that several machines share, the kernel knows its own writers only.
  package init(of directory: String) {
    let type = Self.fileSystem(of: directory)
    let isShared = type.map { name in Self.shared.contains { name.hasPrefix($0) } } ?? false
    self.init(unavailable: isShared ? "\(type ?? "") does not show the writers of other hosts" : nil)
  }

  private static let shared = [
    "nfs", "cifs", "smb", "9p", "virtiofs", "fuse", "ceph", "afs", "gfs2", "ocfs2", "lustre",
  ]

  // The names of <fcntl.h> that Swift's Glibc leaves out.
  private static let setSignal: Int32 = 10
  private static let setLease: Int32 = 1024

  /// - Parameter file: open for reading only.
  func check(_ file: Int32) -> Result {
    let result = checkAndHold(file)
    if result == .closed { _ = fcntl(file, Self.setLease, Int32(F_UNLCK)) }
    return result
  }

  /// Like `check`, and keeps a lease until `file` is closed: a program that opens the file for writing waits for that,
  /// at most the 45 s of /proc/sys/fs/lease-break-time.
  func checkAndHold(_ file: Int32) -> Result {
    if let unavailable { return .unknown(unavailable) }
    // The kernel signals this process when another one waits for the lease. SIGIO would end the process; SIGURG is
    // ignored by default. The kernel forgets the choice with each lease.
    guard fcntl(file, Self.setSignal, SIGURG) == 0 else { return .unknown(Self.text(errno)) }
    if fcntl(file, Self.setLease, Int32(F_RDLCK)) == 0 { return .closed }
    return errno == EAGAIN ? .open : .unknown(Self.text(errno))
  }

  private static func text(_ code: Int32) -> String { String(cString: strerror(code)) }

  /// The type of the file system that `path` is on, as proc_pid_mountinfo(5) has it.
  private static func fileSystem(of path: String) -> String? {
    var status = stat()
    guard stat(path, &status) == 0,
      let mounts = FileManager.default.contents(atPath: "/proc/self/mountinfo")
    else { return nil }
    let number = UInt64(status.st_dev)
    let major = (number >> 8) & 0xFFF | (number >> 32) & ~0xFFF
    let minor = number & 0xFF | (number >> 12) & ~0xFF & 0xFFFF_FFFF
    let device = "\(major):\(minor)"
    for line in String(decoding: mounts, as: UTF8.self).split(separator: "\n") {
      let words = line.split(separator: " ")
      guard words.count > 3, words[2] == device, let end = words.firstIndex(of: "-") else { continue }
      return words.dropFirst(end + 1).first.map(String.init)
    }
    return nil
  }
}

/// The files that other processes have open for writing, as far as this process may see.
package struct OpenFiles: Sendable {
  package typealias File = SpoolDirectory.Identity.File

  private var written: Set<File>?

  package init() {}

  /// The first question reads every descriptor of every process, so it is asked only where a lease proves nothing.
  package mutating func hasWriter(_ file: File) -> Bool {
    let files = written ?? Self.written()
    written = files
    return files.contains(file)
  }

  private static func written() -> Set<File> {
    var files: Set<File> = []
    for process in entries("/proc") where Int(process) != nil {
      for descriptor in entries("/proc/\(process)/fd") {
        var status = stat()
        guard stat("/proc/\(process)/fd/\(descriptor)", &status) == 0, status.st_mode & S_IFMT == S_IFREG,
          isForWriting("/proc/\(process)/fdinfo/\(descriptor)")
        else { continue }
        files.insert(SpoolDirectory.Identity(status).file)
      }
    }
    return files
  }

  /// The line `flags:` has them in octal.
  private static func isForWriting(_ information: String) -> Bool {
    guard let content = FileManager.default.contents(atPath: information) else { return false }
    let lines = String(decoding: content, as: UTF8.self).split(separator: "\n")
    guard let line = lines.first(where: { $0.hasPrefix("flags:") }),
      let flags = Int32(line.dropFirst(6).drop { $0 == " " || $0 == "\t" }, radix: 8)
    else { return false }
    return flags & O_ACCMODE != O_RDONLY
  }

  /// Empty for a directory that may not be read.
  private static func entries(_ directory: String) -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
  }
}
