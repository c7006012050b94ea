import Glibc
import JobWatchCore

extension SpoolDirectory {
  /// A file and its state: differs once the file is written to, or another file takes its name.
  package struct Identity: Hashable, Sendable {
    /// The file itself, whatever is written into it.
    package struct File: Hashable, Sendable {
      let device: UInt64
      let inode: UInt64
    }

    package let file: File
    /// Bytes.
    package let size: Int64
    private let seconds: Int
    private let nanoseconds: Int
    package let owner: SpoolOwner

    init(_ status: stat) {
      file = File(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
      size = Int64(status.st_size)
      (seconds, nanoseconds) = (status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
      owner = SpoolOwner(uid: status.st_uid)
    }

    /// When it was written to, by its date. Whoever owns a file may give it any date that its file system keeps.
    var writtenAt: Timestamp {
      let limit = Int(Timestamp.limit / 1000)
      let seconds = Int64(min(max(seconds, -limit), limit))
      return Timestamp(milliseconds: seconds * 1000 + Int64(nanoseconds) / 1_000_000)
    }

    /// The time since it was written to, by its date; zero for a date in the future.
    package func age(at now: Timestamp) -> Duration { max(now - writtenAt, .zero) }

    /// Changes when the file is written to, and not when it is renamed.
    package var fingerprint: String { "\(file.inode):\(seconds).\(nanoseconds):\(size)" }
  }
}

package struct SpoolOwner: Sendable, Hashable {
  let uid: uid_t

  /// Everybody who may write into the spool may submit; only root and the daemon's own user may command.
  var mayCommand: Bool { uid == 0 || uid == geteuid() }

  /// Its name, or `uid 1234` for a user that is not known here.
  package var name: String {
    var entry = passwd()
    var found: UnsafeMutablePointer<passwd>?
    var buffer = [CChar](repeating: 0, count: 16_384)
    guard getpwuid_r(uid, &entry, &buffer, buffer.count, &found) == 0, found != nil,
      let name = entry.pw_name
    else { return "uid \(uid)" }
    return String(cString: name)
  }
}
