import Foundation

/// The directory of one run of the demo. It stays, because people try the commands on it.
struct DemoFiles: Sendable {
  let root: String

  var configuration: String { root + "/jobwatch.yaml" }
  var incoming: String { root + "/spool/incoming" }
  var statusLog: String { root + "/log/status.log" }
  var database: String { root + "/state/jobwatch.db" }

  init() throws {
    let temporary = ProcessInfo.processInfo.environment["TMPDIR"] ?? "/tmp"
    root = "\(temporary)/jobwatch-demo-\(getpid())"
    for name in ["state", "spool", "log"] {
      try FileManager.default.createDirectory(
        atPath: "\(root)/\(name)", withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o700])
    }
  }

  /// A real configuration, with hours and days turned into seconds.
  func writeConfiguration(cloud: String, oncall: String, screen: String) throws {
    let text = """
      state_dir: \(root)/state
      spool_dir: \(root)/spool
      status_log: \(statusLog)
      accounts:
        - name: demo
          region: eu-de
          project_id: \(Script.projectID)
          auth: aksk-otc
          access_key: {file: \(root)/access_key}
          secret_key: {file: \(root)/secret_key}
          endpoints: {ecs: "\(cloud)", dcs: "\(cloud)"}
      channels:
        - {name: oncall, type: webhook, url: "\(oncall)/hook", secret: {file: \(root)/hook_secret}}
        - {name: screen, type: webhook, url: "\(screen)/hook", secret: {file: \(root)/hook_secret}}
      routes:
        - {channels: [screen]}                        # every event: what you see running by
        - {events: [job.expiring], channels: [screen]}  # also of jobs whose end is kept already
        - {events: [job.failed, job.lost, job.lapsed], channels: [oncall]}
      # Compressed: this cloud deletes a finished job's record after 14 s instead of 1 day, and an unpaid one
      # after 16 s instead of 14 days.
      services: {ecs: {retention: 14s, unpaid_retention: 16s}}
      expiry: {finished: [8s], unpaid: [6s], at_risk: [2s]}
      absence: {answers: 3, over: 3s}
      polling: {floor: 250ms, ceiling: 1s}
      delivery: {delays: [0s, 1s, 2s, 4s, 8s]}

      """
    try Data(text.utf8).write(to: URL(fileURLWithPath: configuration))
    try Data(Script.accessKey.utf8).write(to: URL(fileURLWithPath: root + "/access_key"))
    try Data(Script.secretKey.utf8).write(to: URL(fileURLWithPath: root + "/secret_key"))
    try Data(Script.hookSecret.utf8).write(to: URL(fileURLWithPath: root + "/hook_secret"))
  }
}
