import Synchronization

/// Which files in `incoming/` arrived whole since the last look.
final class SpoolSignal: Sendable {
  /// Outlives the signal in a handler that is just running.
  private final class Announced: Sendable {
    let names = Mutex<Set<SpoolDirectory.Name>>([])
  }

  private let announced = Announced()
  private let signal: DirectorySignal

  /// More names than this are dropped: the files wait a second then, and are found by the scan.
  private static let limit = 100_000

  init(directory: String, ring: @escaping @Sendable () -> Void) throws(FileFailure) {
    signal = try DirectorySignal(directory: directory, interest: .wholeFiles) {
      [announced] names in
      let arrived = names.map(SpoolDirectory.Name.init).filter { !$0.isOwn }
      guard !arrived.isEmpty else { return }
      announced.names.withLock { known in
        if known.count < Self.limit { known.formUnion(arrived) }
      }
      ring()
    }
  }

  func arrived() -> Set<SpoolDirectory.Name> {
    announced.names.withLock { names in
      defer { names.removeAll() }
      return names
    }
  }
}
