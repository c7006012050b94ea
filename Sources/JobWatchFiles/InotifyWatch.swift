import Dispatch
import Glibc

/// Watches a directory until its result is let go.
///
/// `changed` gets the changes of a burst, perhaps repeated, on its own queue. They are hints: the files are the truth.
package typealias DirectoryWatcher =
  @Sendable (
    _ directory: String, _ interest: InotifyWatch.Interest,
    _ changed: @escaping @Sendable ([InotifyWatch.Change]) -> Void
  ) throws(FileFailure) -> any Sendable

/// A watch by inotify(7). The only file that knows inotify.
package final class InotifyWatch: Sendable {
  package static let begin: DirectoryWatcher = { directory, interest, changed throws(FileFailure) in
    try InotifyWatch(directory, interest, changed)
  }

  package enum Interest: Sendable {
    /// A file is whole: it was renamed into the directory, or its writer closed it.
    case wholeFiles
    /// A file came, or grew.
    case growth

    fileprivate var mask: UInt32 {
      switch self {
      case .wholeFiles: UInt32(IN_MOVED_TO | IN_CLOSE_WRITE | IN_ONLYDIR)
      case .growth: UInt32(IN_MODIFY | IN_CREATE | IN_MOVED_TO | IN_ONLYDIR)
      }
    }
  }

  /// A change, with the bytes of the file's name.
  package enum Change: Sendable, Hashable {
    /// A file came, by a rename for instance.
    case came([UInt8])
    /// Its writer closed it, or wrote to it.
    case written([UInt8])
    /// The kernel dropped changes (/proc/sys/fs/inotify/max_queued_events).
    case overflow
  }

  /// Dispatch's sources are documented as safe to use from any thread, but not marked so.
  private nonisolated(unsafe) let source: any DispatchSourceRead

  private init(
    _ directory: String, _ interest: Interest, _ changed: @escaping @Sendable ([Change]) -> Void
  ) throws(FileFailure) {
    let descriptor = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
    guard descriptor >= 0 else { throw FileFailure("cannot be watched", directory, errno) }
    guard inotify_add_watch(descriptor, directory, interest.mask) >= 0 else {
      let code = errno
      close(descriptor)
      throw FileFailure("cannot be watched", directory, code)
    }
    source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: .global())
    source.setEventHandler { changed(Self.changes(descriptor)) }
    source.setCancelHandler { close(descriptor) }
    source.activate()
  }

  deinit { source.cancel() }

  /// All changes that can be read now (inotify(7): a header of fixed size, then a name padded with zeros).
  private static func changes(_ descriptor: Int32) -> [Change] {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    var changes: [Change] = []
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      guard count > 0 else { return changes }
      buffer.withUnsafeBytes { bytes in
        var offset = 0
        let header = MemoryLayout<inotify_event>.size
        while offset + header <= count {
          let event = bytes.loadUnaligned(fromByteOffset: offset, as: inotify_event.self)
          let name = bytes[(offset + header)...].prefix(Int(event.len)).prefix { $0 != 0 }
          if let change = change(event.mask, Array(name)) { changes.append(change) }
          offset += header + Int(event.len)
        }
      }
    }
  }

  private static func change(_ mask: UInt32, _ name: [UInt8]) -> Change? {
    if mask & UInt32(IN_Q_OVERFLOW) != 0 { return .overflow }
    if name.isEmpty { return nil }
    return mask & UInt32(IN_CLOSE_WRITE | IN_MODIFY) != 0 ? .written(name) : .came(name)
  }
}
