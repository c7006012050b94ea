import Foundation
import Glibc
import TestSupport

/// A new directory with the places that a daemon writes to.
final class Workplace: Sendable {
  private let directory: TemporaryDirectory

  var spool: String { directory.path + "/spool" }
  var incoming: String { spool + "/incoming" }
  var database: String { directory.path + "/state/jobwatch.db" }
  var statusLog: String { directory.path + "/log/status.log" }

  /// A new one for as long as `body` runs.
  static func use<Value>(in directory: String, _ body: (Workplace) async throws -> Value) async throws -> Value {
    let workplace = try Workplace(in: directory)
    defer { withExtendedLifetime(workplace) {} }
    return try await body(workplace)
  }

  private init(in parent: String) throws {
    directory = try TemporaryDirectory(in: parent)
    for path in ["/state", "/spool/incoming", "/log"] {
      try FileManager.default.createDirectory(atPath: directory.path + path, withIntermediateDirectories: true)
    }
  }

  /// Runs `body` while the daemon is at work here, with a configuration file as a user writes it.
  ///
  /// - Parameters:
  ///   - program: a `jobwatch`.
  ///   - cloud: the endpoint of ECS.
  ///   - quota, polling: keys of the configuration, in YAML.
  func withDaemon<Value>(
    _ program: String, cloud: String, quota: String? = nil, polling: String = "",
    _ body: (AttachedProcess) async throws -> Value
  ) async throws -> Value {
    let path = directory.path + "/jobwatch.yaml"
    let text = """
      state_dir: \(directory.path)/state
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
      program, ["run", "--config", path, "--log-level", "info"], output: directory.path + "/output", body)
  }
}

/// A process that runs as long as a closure.
struct AttachedProcess {
  private let process: ChildProcess
  /// The file of its standard output and error.
  private let output: String

  static func use<Value>(
    _ program: String, _ arguments: [String], output: String, _ body: (AttachedProcess) async throws -> Value
  ) async throws -> Value {
    let process = try ChildProcess(arguments, program: program, output: output, error: output)
    return try await ending {
      try await body(AttachedProcess(process: process, output: output))
    } with: {
      _ = await process.terminate()
    }
  }

  var id: pid_t { process.pid }

  /// Returns once the daemon knows of every job on record and polls.
  func isLoaded() async throws { _ = try await line { $0.contains("the schedule is loaded") } }

  func line(where matches: (Substring) -> Bool) async throws -> String {
    while true {
      let hasEnded = kill(id, 0) != 0
      let text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: output)), as: UTF8.self)
      // What follows the last newline is not written to its end yet.
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
      if let line = lines.first(where: matches) { return String(line) }
      if hasEnded { throw Failure("a process ended before its time: \(lines.last ?? "")") }
      try await Task.sleep(for: .milliseconds(5))
    }
  }
}
