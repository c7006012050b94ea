import Foundation
import Glibc
import TestSupport

/// A new directory with the places that a daemon writes to.
final class Workplace: Sendable {
  private let directory: TemporaryDirectory

  var root: String { directory.path }
  var spool: String { root + "/spool" }
  var incoming: String { spool + "/incoming" }
  var database: String { root + "/state/jobwatch.db" }
  var statusLog: String { root + "/log/status.log" }

  /// A new one for as long as `body` runs.
  static func use<Value>(
    in directory: String, _ body: (Workplace) async throws -> Value
  ) async throws -> Value {
    let workplace = try Workplace(in: directory)
    defer { withExtendedLifetime(workplace) {} }
    return try await body(workplace)
  }

  private init(in parent: String) throws {
    directory = try TemporaryDirectory(in: parent)
    for path in ["/state", "/spool/incoming", "/log"] {
      try FileManager.default.createDirectory(
        atPath: directory.path + path, withIntermediateDirectories: true)
    }
  }

  /// Runs `body` while the daemon is at work here, under a configuration file as a user writes it.
  ///
  /// - Parameters:
  ///   - program: a `jobwatch`, or this program.
  ///   - cloud: the endpoint of ECS.
  ///   - quota, polling: keys of the configuration, in YAML.
  func withDaemon<Value>(
    _ program: String, cloud: String, quota: String? = nil, polling: String = "",
    _ body: (WatchingDaemon) async throws -> Value
  ) async throws -> Value {
    let path = root + "/jobwatch.yaml"
    let text = """
      state_dir: \(root)/state
      spool_dir: \(spool)
      status_log: \(statusLog)
      accounts:
        - name: prod
          region: eu-de
          project_id: \(BenchAccount.projectID)
          auth: aksk-otc
          access_key: \(BenchAccount.key.access)
          secret_key: \(BenchAccount.key.secret.reveal())
          endpoints: {ecs: "\(cloud)"}
      \(quota.map { "    quota: {\($0)}" } ?? "")
      polling: {\(polling)}
      """
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    return try await AttachedProcess.use(
      [
        "/bin/sh", "-c", Self.guardian, "sh", program, "run", "--config", path, "--log-level",
        "info",
      ]
    ) { process in
      guard let id = pid_t(process.greeting) else { throw Failure("\(program) cannot be started") }
      return try await body(WatchingDaemon(id: id, process: process))
    }
  }

  /// Starts the daemon, prints its process id and its log, and stops it when standard input closes.
  private static let guardian = """
    exec 3<&0
    "$@" 2>&1 3<&- </dev/null &
    daemon=$!
    echo $daemon
    { read -r _; kill $daemon; } <&3 >/dev/null 2>&1 &
    wait $daemon
    """
}

/// The daemon at work.
struct WatchingDaemon {
  let id: pid_t
  fileprivate let process: AttachedProcess

  /// Returns once it knows of every job on record and polls.
  func isLoaded() async throws {
    _ = try await process.line { $0.contains("the schedule is loaded") }
  }
}
