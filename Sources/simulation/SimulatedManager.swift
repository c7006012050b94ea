import Foundation
import Glibc
import JobWatchCore
import JobWatchDaemon

/// The service manager's socket, and how it hears the watchdog.
final class SimulatedManager {
  /// systemd kills a service that it does not hear for so long (`WatchdogSec=` of jobwatch.service), a little later.
  static let patience = Duration.seconds(35)

  private let name: String
  private let descriptor: Int32

  /// - Parameter directory: the run's own, for a name that no other has.
  init(for directory: String) throws {
    name = "@" + directory
    descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { path in
      for (index, byte) in name.utf8.enumerated() { path[index] = index == 0 ? 0 : byte }
    }
    let length = socklen_t(MemoryLayout<sa_family_t>.size + name.utf8.count)
    let isBound = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
    }
    guard descriptor >= 0, isBound == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
  }

  var address: ServiceManager? {
    get throws { try ServiceManager(environment: ["NOTIFY_SOCKET": name, "WATCHDOG_USEC": "30000000"]) }
  }

  /// Whether the watchdog was fed since the last call.
  func takeFeeds() -> Bool {
    var buffer = [UInt8](repeating: 0, count: 4096)
    var isFed = false
    while true {
      let count = recv(descriptor, &buffer, buffer.count, 0)
      guard count > 0 else { return isFed }
      if String(decoding: buffer[..<count], as: UTF8.self).contains("WATCHDOG=1") { isFed = true }
    }
  }
}
