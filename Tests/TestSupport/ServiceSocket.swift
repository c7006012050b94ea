import Glibc

/// The service manager's end of its notification protocol (sd_notify(3)): a socket that takes datagrams of
/// `NAME=value` lines.
package final class ServiceSocket: Sendable {
  /// The value for `NOTIFY_SOCKET`: a path, or `@` and a name in the abstract namespace.
  package let name: String
  private let handle: Int32

  package struct Failure: Error {
    package var call: String
    package var code: Int32
  }

  /// More than systemd and its journal take, because a test has to see a message that they would drop.
  private static let room = 1_048_576

  package init(_ name: String) throws(Failure) {
    self.name = name
    handle = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard handle >= 0 else { throw Failure(call: "socket", code: errno) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    // An abstract name begins with a zero byte and is as long as the address says; a path ends with one.
    let bytes = name.hasPrefix("@") ? [0] + name.utf8.dropFirst() : name.utf8 + [0]
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes.prefix($0.count)) }
    let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
    let code = withUnsafePointer(to: address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(handle, $0, length) }
    }
    guard code == 0 else {
      let failure = Failure(call: "bind", code: errno)
      Glibc.close(handle)
      throw failure
    }
  }

  deinit { Glibc.close(handle) }

  /// Blocks until a notice comes; nil once `close` was called.
  package func next() -> ServiceNotice? { datagram(waiting: true).flatMap(Self.notice) }

  /// All that came since the last call.
  package func pending() -> [ServiceNotice] {
    var notices: [ServiceNotice] = []
    while let notice = datagram().flatMap(Self.notice) { notices.append(notice) }
    return notices
  }

  private static func notice(_ bytes: [UInt8]) -> ServiceNotice? { bytes.isEmpty ? nil : ServiceNotice(bytes: bytes) }

  /// The next datagram. Nil where there is none and it does not wait; empty once `close` was called.
  package func datagram(waiting: Bool = false) -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: Self.room)
    let flags = waiting ? 0 : Int32(MSG_DONTWAIT)
    var count: Int
    repeat { count = recv(handle, &buffer, buffer.count, flags) } while count < 0 && errno == EINTR
    return count < 0 ? nil : Array(buffer.prefix(count))
  }

  /// Takes nothing any more. A call of `next` that waits returns.
  package func close() { shutdown(handle, Int32(SHUT_RDWR)) }
}
