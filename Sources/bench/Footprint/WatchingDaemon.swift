import Foundation
import Glibc
import JobWatchDaemon

/// The built `jobwatch run` in a process of its own, under a configuration file as a user writes it.
final class WatchingDaemon {
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  let id: pid_t
  private let host: ChildProcess

  /// Returns once it knows of every job on record and polls.
  init(binary: String, in workplace: Workplace, polling: String, endpoint: String) async throws {
    let path = workplace.root + "/jobwatch.yaml"
    let text = Self.configuration(workplace, polling: polling, endpoint: endpoint)
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    host = try await ChildProcess(
      ["host", "--", binary, "run", "--config", path, "--log-level", "info"])
    guard let id = pid_t(host.greeting) else {
      throw Failure(description: "\(binary) cannot be started")
    }
    self.id = id
    _ = try await host.line { $0.contains("the schedule is loaded") }
  }

  func stop() { host.stop() }

  private static func configuration(
    _ workplace: Workplace, polling: String, endpoint: String
  ) -> String {
    """
    state_dir: \(workplace.state)
    spool_dir: \(workplace.spool)
    status_log: \(workplace.statusLog)
    accounts:
      - name: bench
        region: \(BenchAccount.region)
        project_id: \(BenchAccount.projectID)
        auth: aksk-otc
        access_key: \(BenchAccount.key.access)
        secret_key: \(BenchAccount.key.secret.reveal())
        endpoints: {ecs: "\(endpoint)"}
    polling: {\(polling)}
    """
  }
}
