import Dispatch
import Glibc
import Synchronization

/// inotify on `incoming/`: says which files arrived whole, and rings. A hint: the scan of the directory is the
/// truth. The only file that knows inotify.
final class SpoolSignal: Sendable {
  private let announced = Mutex<Set<SpoolDirectory.Name>>([])
  private let source: Source

  /// More names than this are dropped: the files wait a second then, and are found by the scan.
  private static let limit = 100_000

  init(directory: String, ring: @escaping @Sendable () -> Void) throws(FileFailure) {
    let descriptor = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
    guard descriptor >= 0 else { throw FileFailure("cannot be watched", directory, errno) }
    let mask = UInt32(IN_MOVED_TO | IN_CLOSE_WRITE | IN_ONLYDIR)
    guard inotify_add_watch(descriptor, directory, mask) >= 0 else {
      let code = errno
      close(descriptor)
      throw FileFailure("cannot be watched", directory, code)
    }
    source = Source(DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: .global()))
    source.read.setEventHandler { [weak self] in
      self?.take(descriptor)
      ring()
    }
    source.read.setCancelHandler { close(descriptor) }
    source.read.activate()
  }

  deinit { source.read.cancel() }

  /// The names announced since the last call.
  func arrived() -> Set<SpoolDirectory.Name> {
    announced.withLock { names in
      defer { names.removeAll() }
      return names
    }
  }

  private func take(_ descriptor: Int32) {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      guard count > 0 else { return }
      var names: [SpoolDirectory.Name] = []
      buffer.withUnsafeBytes { bytes in
        var offset = 0
        let header = MemoryLayout<inotify_event>.size
        while offset + header <= count {
          let event = bytes.loadUnaligned(fromByteOffset: offset, as: inotify_event.self)
          let name = bytes[(offset + header)...].prefix(Int(event.len)).prefix { $0 != 0 }
          if !name.isEmpty { names.append(SpoolDirectory.Name(bytes: Array(name))) }
          offset += header + Int(event.len)
        }
      }
      announced.withLock { if $0.count < Self.limit { $0.formUnion(names) } }
    }
  }

  /// Dispatch's sources are documented as safe to use from any thread, but not marked so.
  private final class Source: @unchecked Sendable {
    let read: any DispatchSourceRead
    init(_ read: any DispatchSourceRead) { self.read = read }
  }
}
