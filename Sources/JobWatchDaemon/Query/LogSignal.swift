import Dispatch
import Glibc

/// inotify on the status log's directory: rings when a file there grows, comes or goes. A hint: what the files hold is
/// the truth.
final class LogSignal: Sendable {
  private let source: Source

  init(directory: String, ring: @escaping @Sendable () -> Void) throws(FileFailure) {
    let descriptor = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
    guard descriptor >= 0 else { throw FileFailure("cannot be watched", directory, errno) }
    let mask = UInt32(IN_MODIFY | IN_CREATE | IN_MOVED_TO | IN_ONLYDIR)
    guard inotify_add_watch(descriptor, directory, mask) >= 0 else {
      let code = errno
      close(descriptor)
      throw FileFailure("cannot be watched", directory, code)
    }
    source = Source(DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: .global()))
    source.read.setEventHandler {
      var buffer = [UInt8](repeating: 0, count: 65_536)
      while read(descriptor, &buffer, buffer.count) > 0 {}
      ring()
    }
    source.read.setCancelHandler { close(descriptor) }
    source.read.activate()
  }

  deinit { source.read.cancel() }

  /// Dispatch's sources are documented as safe to use from any thread, but not marked so.
  private final class Source: @unchecked Sendable {
    let read: any DispatchSourceRead
    init(_ read: any DispatchSourceRead) { self.read = read }
  }
}
