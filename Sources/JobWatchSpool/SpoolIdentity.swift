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
    private let modified: [Int]
    package let owner: SpoolOwner

    init(_ status: stat) {
      file = File(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
      size = Int64(status.st_size)
      modified = [status.st_mtim.tv_sec, status.st_mtim.tv_nsec]
      owner = SpoolOwner(uid: status.st_uid)
    }

    /// The time since it was written to, by its date; zero for a date in the future.
    package func age(at now: Timestamp) -> Duration {
      let written = Timestamp(
        milliseconds: Int64(modified[0]) * 1000 + Int64(modified[1]) / 1_000_000)
      return max(now - written, .zero)
    }

    /// Changes when the file is written to, and not when it is renamed.
    package var fingerprint: String { "\(file.inode):\(modified[0]).\(modified[1]):\(size)" }
  }
}
