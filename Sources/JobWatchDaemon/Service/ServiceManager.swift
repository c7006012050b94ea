import Foundation
import Glibc
import JobWatchCore

/// systemd's notification protocol (sd_notify(3), systemd.service(5)): datagrams of `NAME=value` lines to the socket
/// that `NOTIFY_SOCKET` names. The only file that knows it.
package struct ServiceManager: Sendable {
  package enum Message: Sendable, Hashable {
    case ready
    /// With the time by the monotonic clock, in the same datagram (systemd 253 and later ask for it).
    case reloading(monotonic: Duration)
    case stopping
    /// One line for people; the text must be UTF-8 without line breaks.
    case status(String)
    case watchdog
    /// A start, reload or stop that is under way takes no longer than this from now.
    case extendTimeout(Duration)
  }

  /// The service manager does not hear us.
  package struct Unheard: Error, CustomStringConvertible {
    package var description: String
  }

  private let address: SocketAddress
  /// A service that is not heard from for so long is killed and started again; nil: it is not watched.
  package let watchdogTimeout: Duration?

  /// A datagram that is longer is dropped by systemd (252 and 257: 4096 bytes), so that nothing of it is heard.
  static let datagramLimit = 4096

  /// - Returns: nil where no service manager asks for notifications.
  /// - Throws: `Unheard` for a kind of socket that is not known here.
  package init?(
    environment: [String: String] = ProcessInfo.processInfo.environment, pid: Int32 = getpid()
  ) throws(Unheard) {
    guard let socket = environment["NOTIFY_SOCKET"], !socket.isEmpty else { return nil }
    address = try SocketAddress(socket)
    // Another process's number: the watchdog is for that one.
    let isOurs = environment["WATCHDOG_PID"].map { $0 == String(pid) } ?? true
    watchdogTimeout =
      isOurs
      ? environment["WATCHDOG_USEC"].flatMap(Int64.init).flatMap {
        $0 > 0 ? .microseconds($0) : nil
      } : nil
  }

  /// One datagram. Does not block: where systemd is too busy to take it, the next one will do.
  package func tell(_ messages: [Message]) throws(Unheard) {
    let text = messages.map(\.text).joined(separator: "\n")
    let handle = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard handle >= 0 else { throw Unheard(description: "no socket: \(Self.reason(errno))") }
    defer { close(handle) }
    let bytes = Array(text.utf8)
    let flags = Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
    let sent = address.withPointer { pointer, length in
      sendto(handle, bytes, bytes.count, flags, pointer, length)
    }
    guard sent == bytes.count else {
      throw Unheard(description: "nothing can be sent to it: \(Self.reason(errno))")
    }
  }

  private static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }
}

extension ServiceManager.Message {
  /// What the service manager waits for: unheard, it would take a daemon that works for one that does not.
  var isOfLife: Bool {
    switch self {
    case .ready, .reloading, .stopping: true
    case .status, .watchdog, .extendTimeout: false
    }
  }

  fileprivate var text: String {
    switch self {
    case .ready: "READY=1"
    case .reloading(let time): "RELOADING=1\nMONOTONIC_USEC=\(time.wholeMicroseconds)"
    case .stopping: "STOPPING=1"
    case .status(let line): "STATUS=\(Self.oneLine(line))"
    case .watchdog: "WATCHDOG=1"
    case .extendTimeout(let time): "EXTEND_TIMEOUT_USEC=\(time.wholeMicroseconds)"
    }
  }

  /// A line break would begin another assignment, and with the messages beside it the datagram has to stay
  /// below its limit.
  private static func oneLine(_ text: String) -> String {
    let limit = ServiceManager.datagramLimit - 512
    let line = String(text.unicodeScalars.map { $0.value < 0x20 ? " " : Character($0) })
    guard line.utf8.count > limit else { return line }
    var head = line
    while head.utf8.count > limit { head.removeLast() }
    return head + "…"
  }
}

extension Duration {
  fileprivate var wholeMicroseconds: Int64 {
    components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
  }
}

/// Of a socket in the file system (`/path`), or of one in the abstract namespace (`@name`).
private struct SocketAddress: Sendable {
  private let address: sockaddr_un
  private let length: socklen_t

  init(_ name: String) throws(ServiceManager.Unheard) {
    guard name.hasPrefix("/") || name.hasPrefix("@") else {
      throw ServiceManager.Unheard(
        description: "NOTIFY_SOCKET=\(name) is no kind of socket that jobwatch knows")
    }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    var bytes = Array(name.utf8)
    // An abstract name begins with a zero byte, and has none at its end: it is as long as the address says.
    let isAbstract = bytes[0] == UInt8(ascii: "@")
    if isAbstract { bytes[0] = 0 } else { bytes.append(0) }
    let room = MemoryLayout.size(ofValue: address.sun_path)
    guard bytes.count <= room else {
      throw ServiceManager.Unheard(
        description: "NOTIFY_SOCKET is longer than the \(room - 1) bytes of a socket's address")
    }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    self.address = address
    let head = MemoryLayout.offset(of: \sockaddr_un.sun_path) ?? MemoryLayout<sa_family_t>.size
    length = socklen_t(head + bytes.count)
  }

  func withPointer<Value>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Value) -> Value {
    withUnsafePointer(to: address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
    }
  }
}
