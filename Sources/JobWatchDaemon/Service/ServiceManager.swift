import Foundation
import Glibc
import JobWatchCore
import JobWatchFiles

/// systemd's notification protocol (sd_notify(3), systemd.service(5)): datagrams of `NAME=value` lines to the socket
/// that `NOTIFY_SOCKET` names. The only file that knows it.
package struct ServiceManager: Sendable {
  package enum Message: Sendable, Hashable {
    case ready
    /// With the monotonic time in the same datagram, as systemd 253 and later require.
    case reloading(monotonic: Duration)
    case stopping
    /// One line of UTF-8 for people.
    case status(String)
    case watchdog
    /// A start, reload or stop that is under way takes no longer than this from now.
    case extendTimeout(Duration)
  }

  /// The service manager does not hear us.
  package struct Unheard: Error, CustomStringConvertible {
    package var description: String
  }

  private let address: UnixSocketAddress
  /// systemd kills and restarts a service that it does not hear for so long; nil: it does not watch this one.
  package let watchdogTimeout: Duration?

  /// systemd 252 and 257 drop a longer datagram as a whole (4096 bytes).
  static let datagramLimit = 4096

  /// - Returns: nil where no service manager asks for notifications.
  /// - Throws: `Unheard` for a kind of socket that is not known here.
  package init?(
    environment: [String: String] = ProcessInfo.processInfo.environment, pid: Int32 = getpid()
  ) throws(Unheard) {
    guard let name = environment["NOTIFY_SOCKET"], !name.isEmpty else { return nil }
    guard name.hasPrefix("/") || name.hasPrefix("@") else {
      throw Unheard(description: "NOTIFY_SOCKET=\(name) is no kind of socket that jobwatch knows")
    }
    guard let address = UnixSocketAddress(name) else {
      throw Unheard(
        description:
          "NOTIFY_SOCKET is longer than the \(UnixSocketAddress.room - 1) bytes of a socket's address"
      )
    }
    self.address = address
    // The watchdog is for the process with this number.
    let isOurs = environment["WATCHDOG_PID"].map { $0 == String(pid) } ?? true
    let timeout = environment["WATCHDOG_USEC"].flatMap(Int64.init) ?? 0
    watchdogTimeout = isOurs && timeout > 0 ? .microseconds(timeout) : nil
  }

  /// Sends one datagram without blocking: if systemd is too busy to take it, the next one will do.
  package func tell(_ messages: [Message]) throws(Unheard) {
    let bytes = Array(messages.map(\.text).joined(separator: "\n").utf8)
    let code = address.send(bytes)
    if code != 0 { throw Unheard(description: "nothing can be sent to it: \(String(cString: strerror(code)))") }
  }
}

extension ServiceManager.Message {
  /// The service manager waits for it, and would take a working daemon for a failed one without it.
  var isOfLife: Bool {
    switch self {
    case .ready, .reloading, .stopping: true
    case .status, .watchdog, .extendTimeout: false
    }
  }

  fileprivate var text: String {
    switch self {
    case .ready: "READY=1"
    case .reloading(let time): "RELOADING=1\nMONOTONIC_USEC=\(Self.microseconds(time))"
    case .stopping: "STOPPING=1"
    case .status(let line): "STATUS=\(Self.oneLine(line))"
    case .watchdog: "WATCHDOG=1"
    case .extendTimeout(let time): "EXTEND_TIMEOUT_USEC=\(Self.microseconds(time))"
    }
  }

  private static func microseconds(_ time: Duration) -> Int64 {
    time.components.seconds * 1_000_000 + time.components.attoseconds / 1_000_000_000_000
  }

  /// A line break would begin another assignment. Leaves room for other messages in the datagram.
  private static func oneLine(_ text: String) -> String {
    let limit = ServiceManager.datagramLimit - 512
    var line = String(text.unicodeScalars.map { $0.value < 0x20 ? " " : Character($0) })
    guard line.utf8.count > limit else { return line }
    while line.utf8.count > limit { line.removeLast() }
    return line + "…"
  }
}
