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

  /// More than systemd takes, because a test has to see a message that systemd would drop.
  private static let room = 65_536

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

  /// Blocks until a datagram comes; nil once `close` was called.
  package func next() -> ServiceNotice? { take(flags: 0) }

  /// All that came since the last call.
  package func pending() -> [ServiceNotice] {
    var notices: [ServiceNotice] = []
    while let notice = take(flags: Int32(MSG_DONTWAIT)) { notices.append(notice) }
    return notices
  }

  /// Takes nothing any more. A call of `next` that waits returns.
  package func close() { shutdown(handle, Int32(SHUT_RDWR)) }

  private func take(flags: Int32) -> ServiceNotice? {
    var buffer = [UInt8](repeating: 0, count: Self.room)
    var count: Int
    repeat { count = recv(handle, &buffer, buffer.count, flags) } while count < 0 && errno == EINTR
    return count > 0 ? ServiceNotice(bytes: Array(buffer.prefix(count))) : nil
  }
}
