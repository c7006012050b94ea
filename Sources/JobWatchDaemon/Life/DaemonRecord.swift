import Foundation
import Glibc
import JobWatchConfiguration

/// What a daemon that runs says of itself, in its lock file, so that `check` knows what a reload would be refused for.
package struct DaemonRecord: Codable, Sendable, Hashable {
  /// What only a restart can change.
  package struct Places: Codable, Sendable, Hashable {
    var stateDirectory: String
    var spoolDirectory: String
    var statusLog: String

    private enum CodingKeys: String, CodingKey {
      case stateDirectory = "state_dir"
      case spoolDirectory = "spool_dir"
      case statusLog = "status_log"
    }

    package init(_ configuration: Configuration) {
      stateDirectory = configuration.stateDirectory
      spoolDirectory = configuration.spoolDirectory
      statusLog = configuration.statusLog
    }

    /// Why a daemon that works in these cannot take a configuration that names others.
    func faults(becoming new: Places) -> [StartFault] {
      [
        ("state_dir", stateDirectory, new.stateDirectory),
        ("spool_dir", spoolDirectory, new.spoolDirectory),
        ("status_log", statusLog, new.statusLog),
      ].filter { $0.1 != $0.2 }.map { key, before, after in
        StartFault(
          .key(key),
          "is \(before) and cannot become \(after) while jobwatch runs: restart needed "
            + "(systemctl restart jobwatch)")
      }
    }
  }

  package let pid: Int32
  /// The absolute path of its configuration.
  package let configuration: String
  package let places: Places

  init(of configuration: DecodedConfiguration) {
    pid = getpid()
    self.configuration = Self.absolute(configuration.file)
    places = Places(configuration.value)
  }

  /// The daemon that reads this configuration, or works in its state directory; nil where this user sees none.
  package static func running(with configuration: DecodedConfiguration) -> DaemonRecord? {
    let file = absolute(configuration.file)
    let records = processes().compactMap(record(of:))
    return records.first { $0.configuration == file }
      ?? records.first { $0.places.stateDirectory == configuration.value.stateDirectory }
  }

  /// Variables of its environment; nil where this user may not see them.
  package var environment: [String: String]? {
    let file = URL(fileURLWithPath: "/proc/\(pid)/environ")
    guard let bytes = try? Data(contentsOf: file) else { return nil }
    let pairs = bytes.split(separator: 0).compactMap { entry -> (String, String)? in
      guard let equals = entry.firstIndex(of: UInt8(ascii: "=")) else { return nil }
      let value = entry[equals...].dropFirst()
      return (
        String(decoding: entry[..<equals], as: UTF8.self), String(decoding: value, as: UTF8.self)
      )
    }
    return Dictionary(pairs) { first, _ in first }
  }

  private static func processes() -> [Int32] {
    ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { Int32($0) }
  }

  /// By the lock that it holds open: what another process wrote, or one that is gone, is not taken for its own.
  private static func record(of pid: Int32) -> DaemonRecord? {
    let directory = "/proc/\(pid)/fd"
    for name in (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? [] {
      let link = "\(directory)/\(name)"
      let target = try? FileManager.default.destinationOfSymbolicLink(atPath: link)
      guard target?.hasSuffix(DaemonLock.path(in: "")) == true,
        let bytes = try? Data(contentsOf: URL(fileURLWithPath: link)),
        let record = try? JSONDecoder().decode(DaemonRecord.self, from: bytes), record.pid == pid
      else { continue }
      return record
    }
    return nil
  }

  private static func absolute(_ path: String) -> String {
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
  }
}
