import Dispatch
import Glibc
import TestSupport

/// What happens in one directory, as it happens: a test waits for another process's deed, not for
/// time to pass. The only file that knows inotify.
struct FileEvents: Sendable {
  struct Event: Sendable {
    /// Of the file inside the directory.
    var name: String
    fileprivate var mask: UInt32

    var isRemoval: Bool { mask & UInt32(IN_DELETE | IN_MOVED_FROM) != 0 }
    var isWrite: Bool { mask & UInt32(IN_MODIFY) != 0 }
  }

  /// From the call of `init` on. For one consumer.
  let stream: AsyncStream<Event>

  init(of directory: String) throws {
    let descriptor = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
    guard descriptor >= 0 else { throw SystemFailure("inotify_init1", errno) }
    let mask = UInt32(IN_CREATE | IN_DELETE | IN_MODIFY | IN_MOVED_FROM | IN_MOVED_TO)
    guard inotify_add_watch(descriptor, directory, mask) >= 0 else {
      let code = errno
      close(descriptor)
      throw SystemFailure("inotify_add_watch \(directory)", code)
    }
    let source = Source(DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: .global()))
    let (stream, continuation) = AsyncStream<Event>.makeStream()
    source.read.setEventHandler { Self.drain(descriptor) { continuation.yield($0) } }
    source.read.setCancelHandler { close(descriptor) }
    source.read.activate()
    continuation.onTermination = { _ in source.read.cancel() }
    self.stream = stream
  }

  private static func drain(_ descriptor: Int32, _ found: (Event) -> Void) {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      guard count > 0 else { return }
      buffer.withUnsafeBytes { bytes in
        var offset = 0
        let header = MemoryLayout<inotify_event>.size
        while offset + header <= count {
          let event = bytes.loadUnaligned(fromByteOffset: offset, as: inotify_event.self)
          let name = bytes[(offset + header)...].prefix(Int(event.len)).prefix { $0 != 0 }
          found(Event(name: String(decoding: name, as: UTF8.self), mask: event.mask))
          offset += header + Int(event.len)
        }
      }
    }
  }

  /// Dispatch's sources are documented as safe to use from any thread, but not marked so.
  private final class Source: @unchecked Sendable {
    let read: any DispatchSourceRead
    init(_ read: any DispatchSourceRead) { self.read = read }
  }
}
