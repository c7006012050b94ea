import Foundation
import JobWatchCore
import JobWatchDaemon

/// A new directory with the places that a daemon writes to.
struct Workplace: Sendable {
  let root: String

  var state: String { root + "/state" }
  var spool: String { root + "/spool" }
  var incoming: String { spool + "/incoming" }
  var database: String { configuration.databasePath }
  var statusLog: String { root + "/log/status.log" }

  init(root: String) { self.root = root }

  /// A new one for as long as `body` runs.
  static func use<Value>(
    in directory: String, _ body: (Workplace) async throws -> Value
  ) async throws -> Value {
    let workplace = try Workplace(in: directory)
    return try await ending({ try await body(workplace) }, with: workplace.remove)
  }

  private init(in directory: String) throws {
    root = "\(directory)/jobwatch-bench-\(UUID().uuidString)"
    for path in [state, incoming, root + "/log"] {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }
  }

  private func remove() throws { try FileManager.default.removeItem(atPath: root) }

  /// The defaults, and the least that has to be named. At most one call a day, to where nobody answers: what is
  /// measured with this is not polling.
  var configuration: Configuration {
    let account = BenchAccount.account(
      endpoint: "http://127.0.0.1:9", quota: Quota(calls: 1, per: .days(1)))
    return Configuration(
      stateDirectory: state, spoolDirectory: spool, statusLog: statusLog,
      accounts: [account])
  }
}
