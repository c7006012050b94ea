import JobWatchFiles
import JobWatchSpool
import Synchronization

/// The files that inotify announced as whole since they were last taken from here.
final class AnnouncedFiles: Sendable {
  /// How a file became whole.
  enum Way: Sendable, Hashable {
    /// It was renamed into the directory; its writer may have yet to close it.
    case renamed
    /// One of its writers closed it.
    case closed
  }

  typealias Names = [SpoolDirectory.Name: Way]

  private let names = Mutex<Names>([:])

  /// More names are dropped: the scan finds the files, and `WriterDetector` their writers.
  private static let limit = 100_000

  /// Whether the spool has to be scanned now.
  func note(_ changes: [InotifyWatch.Change]) -> Bool {
    let arrived = changes.compactMap(Self.arrival)
    names.withLock { names in
      if names.count < Self.limit { names.merge(arrived) { $1 } }
    }
    return !arrived.isEmpty || changes.contains(.overflow)
  }

  /// Nil for temporary names, and for the daemon's own renaming. A file that is closed under a name of the daemon's counts,
  /// because somebody had it open.
  private static func arrival(_ change: InotifyWatch.Change) -> (SpoolDirectory.Name, Way)? {
    switch change {
    case .overflow: return nil
    case .came(let bytes):
      let name = SpoolDirectory.Name(bytes: bytes)
      return name.isTemporary || name.isOwn ? nil : (name, .renamed)
    case .written(let bytes):
      let name = SpoolDirectory.Name(bytes: bytes)
      return name.isTemporary ? nil : (name, .closed)
    }
  }

  func take() -> Names {
    names.withLock { names in
      defer { names = [:] }
      return names
    }
  }
}
