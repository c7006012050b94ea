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

  typealias Arrivals = [SpoolDirectory.Name: Way]

  /// Outlives the watch in a handler that is just running.
  private final class Known: Sendable {
    let names = Mutex<Arrivals>([:])
  }

  private let known = Known()
  private let watch: any Sendable

  /// More names are dropped: the scan finds the files, and `WriterDetector` their writers.
  private static let limit = 100_000

  init(
    directory: String, watcher: DirectoryWatcher, ring: @escaping @Sendable () -> Void
  ) throws(FileFailure) {
    watch = try watcher(directory, .wholeFiles) { [known] changes in
      let arrived = changes.compactMap(Self.arrival)
      known.names.withLock { names in
        if names.count < Self.limit { names.merge(arrived) { $1 } }
      }
      if !arrived.isEmpty || changes.contains(.overflow) { ring() }
    }
  }

  /// Nil for names that are not read, and for the daemon's own renaming. A file that is closed under a name of the
  /// daemon's is news, because somebody had it open.
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

  func take() -> Arrivals {
    known.names.withLock { names in
      defer { names.removeAll() }
      return names
    }
  }
}
