/// One datagram to the service manager.
package struct ServiceNotice: Sendable, Hashable, CustomStringConvertible {
  package var bytes: [UInt8]

  package init(bytes: [UInt8]) { self.bytes = bytes }

  /// Nil: it is not UTF-8, and systemd would not read it.
  package var lines: [String]? {
    String(validating: bytes, as: UTF8.self)?.split(
      separator: "\n", omittingEmptySubsequences: false
    )
    .map(String.init)
  }

  /// The value that is assigned to `name`.
  package subscript(name: String) -> String? {
    lines?.first { $0.hasPrefix(name + "=") }.map { String($0.dropFirst(name.count + 1)) }
  }

  package var isReady: Bool { self["READY"] == "1" }
  package var isReloading: Bool { self["RELOADING"] == "1" }
  package var isStopping: Bool { self["STOPPING"] == "1" }
  package var isWatchdog: Bool { self["WATCHDOG"] == "1" }
  package var status: String? { self["STATUS"] }

  package var description: String { String(decoding: bytes, as: UTF8.self) }
}
