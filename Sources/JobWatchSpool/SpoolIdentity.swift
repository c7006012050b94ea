import Glibc
import JobWatchCore

extension SpoolDirectory {
  /// Tells a file that was read from one that has since taken its name, or was written to.
  package struct Identity: Hashable, Sendable {
    /// The file itself, whatever is written into it.
    package struct File: Hashable, Sendable {
      let device: UInt64
      let inode: UInt64
    }

    package let file: File
    /// Bytes.
    package let size: Int64
    private let modified: [Int]
    package let owner: SpoolOwner

    init(_ status: stat) {
      file = File(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
      size = Int64(status.st_size)
      modified = [status.st_mtim.tv_sec, status.st_mtim.tv_nsec]
      owner = SpoolOwner(uid: status.st_uid)
    }

    /// Since it was written to, as far as its date tells; zero for a date to come.
    package func age(at now: Timestamp) -> Duration {
      let written = Timestamp(
        milliseconds: Int64(modified[0]) * 1000 + Int64(modified[1]) / 1_000_000)
      return max(now - written, .zero)
    }

    /// The same for the same file until it is written to, whatever its name.
    package var fingerprint: String { "\(file.inode):\(modified[0]).\(modified[1]):\(size)" }
  }
}
