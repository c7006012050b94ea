import Glibc

/// The address of a socket in the file system (`/path`) or in the abstract namespace (`@name`).
package struct UnixSocketAddress: Sendable {
  private let address: sockaddr_un
  private let length: socklen_t

  /// Bytes of the longest name of a socket, with the zero at the end of a path.
  package static let room = MemoryLayout.size(ofValue: sockaddr_un().sun_path)

  /// Nil: the name does not fit into `room`.
  package init?(_ name: String) {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    var bytes = Array(name.utf8)
    // An abstract name begins with a zero byte and has none at its end: it is as long as the address says.
    if bytes.first == UInt8(ascii: "@") { bytes[0] = 0 } else { bytes.append(0) }
    guard bytes.count <= Self.room else { return nil }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    self.address = address
    let head = MemoryLayout.offset(of: \sockaddr_un.sun_path) ?? MemoryLayout<sa_family_t>.size
    length = socklen_t(head + bytes.count)
  }

  /// A socket that is bound to no name and connected to none: -1, and `errno`, where there is no descriptor left.
  package static func datagramSocket() -> CInt {
    socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
  }

  /// Sends one datagram, and waits at most `patience` for room.
  /// - Parameter kept: a `datagramSocket`; -1: one for this datagram alone.
  /// - Returns: zero, or the reason (errno).
  package func send(_ datagram: [UInt8], patience: Duration = .zero, through kept: CInt = -1) -> CInt {
    let handle = kept >= 0 ? kept : Self.datagramSocket()
    guard handle >= 0 else { return errno }
    defer { if kept < 0 { close(handle) } }
    let (seconds, attoseconds) = patience.components
    var limit = timeval(tv_sec: Int(seconds), tv_usec: Int(attoseconds / 1_000_000_000_000))
    setsockopt(handle, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    let flags = CInt(MSG_NOSIGNAL) | (patience == .zero ? CInt(MSG_DONTWAIT) : 0)
    let sent = withUnsafePointer(to: address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        sendto(handle, datagram, datagram.count, flags, $0, length)
      }
    }
    return sent == datagram.count ? 0 : errno
  }
}
