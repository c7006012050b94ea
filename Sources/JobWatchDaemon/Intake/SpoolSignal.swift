import JobWatchFiles
import JobWatchSpool
import Synchronization

/// Which files in `incoming/` arrived whole since the last look.
final class SpoolSignal: Sendable {
  /// How a file became whole.
  enum Way: Sendable, Hashable {
    /// It was renamed into the directory; perhaps its writer has yet to close it.
    case renamed
    /// One of its writers closed it.
    case closed
  }

  typealias Arrivals = [SpoolDirectory.Name: Way]

  /// Outlives the signal in a handler that is just running.
  private final class Announced: Sendable {
    let names = Mutex<Arrivals>([:])
  }

  private let announced = Announced()
  private let watch: any Sendable

  /// More names than this are dropped: the scan finds the files, and sees whether their writers are done.
  private static let limit = 100_000

  init(
    directory: String, watcher: DirectoryWatcher, ring: @escaping @Sendable () -> Void
  ) throws(FileFailure) {
    watch = try watcher(directory, .wholeFiles) { [announced] changes in
      let arrived = changes.compactMap(Self.arrival)
      announced.names.withLock { known in
        if known.count < Self.limit { known.merge(arrived) { $1 } }
      }
      if !arrived.isEmpty || changes.contains(.overflow) { ring() }
    }
  }

  /// Nil for what is no news: names that are not read, and the daemon's own renaming. That a file is closed under a name
  /// of the daemon's is news: somebody had it open.
  private static func arrival(
    _ change: InotifyWatch.Change
  ) -> (SpoolDirectory.Name, Way)? {
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

  func arrived() -> Arrivals {
    announced.names.withLock { names in
      defer { names.removeAll() }
      return names
    }
  }
}
