import CloudAPI
import JobWatchCore
import CloudModel
import SimulatedCloud

/// The jobs on the simulated cloud, and the configuration of the daemon that watches them.
enum Script {
  static let projectID = "0605767b5780d5762fc5c0118072a564"
  static let accessKey = "DEMOACCESSKEY0000001"
  static let secretKey = "demo-secret-key-of-no-account-anywhere"
  static let hookSecret = "whsec_ZGVtby13ZWJob29rLXNlY3JldC0wMDAx"

  struct Part: Sendable {
    var job: ScriptedJob
    /// Its name for people, submitted as the label `name`.
    var name: String
    /// The event that must tell its end.
    var end: EventKind
  }

  static let parts: [Part] = [
    server("web-1", lasting: 4), server("web-2", lasting: 7),
    part("cache-1", .dcs, "createDCSInstance", .succeeding(after: .seconds(5))),
    part("cache-2", .dcs, "createDCSInstance", .succeeding(after: .seconds(9))),
    part("resize-db", .ecs, "resizeServer", .succeeding(after: .seconds(3))), failing("batch-3"),
    part("cache-3", .dcs, "extendDCSInstance", .failing(after: .seconds(6)), .jobFailed) {
      $0.failReason = "no room on the cluster's nodes"
    },
    // An order that nobody pays: its record is deleted at the end of the unpaid retention.
    part(
      "prepaid-1", .ecs, "createServer", [ScriptedStep(after: .zero, status: "PENDING_PAYMENT")],
      .jobLapsed),
    // A running job whose record disappears.
    part("doomed-1", .ecs, "changeOS", .running, .jobLost) { $0.vanishesAfter = .seconds(6) },
  ]

  /// A real configuration, with hours and days turned into seconds.
  static func configuration(in root: String, cloud: String, oncall: String, screen: String) -> String {
    """
    state_dir: \(root)/state
    spool_dir: \(root)/spool
    status_log: \(root)/log/status.log
    accounts:
      - name: demo
        region: eu-de
        project_id: \(projectID)
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
  }

  private static func part(
    _ name: String, _ service: CloudService, _ type: String, _ steps: [ScriptedStep],
    _ end: EventKind = .jobSucceeded, _ change: (inout ScriptedJob) -> Void = { _ in }
  ) -> Part {
    var job = ScriptedJob(service: service, jobID: id(name), jobType: type, steps: steps)
    change(&job)
    return Part(job: job, name: name, end: end)
  }

  private static func id(_ name: String) -> String {
    var hash = StableHash()
    hash.combine(name.utf8)
    let text = String(hash.value, radix: 16)
    return "ff808082" + String(repeating: "0", count: 24 - text.count) + text
  }

  private static func server(_ name: String, lasting seconds: Double) -> Part {
    let steps = ["INIT", "RUNNING", "SUCCESS"].enumerated().map { index, status in
      ScriptedStep(after: .seconds([0, 1, seconds][index]), status: status)
    }
    return part(name, .ecs, "createServer", steps) {
      $0.subJobs = [single(name, 1, .succeeding(after: .seconds(seconds - 0.5)))]
    }
  }

  /// A parent that fails because one of its three servers did.
  private static func failing(_ name: String) -> Part {
    var bad = single(name, 3, .failing(after: .seconds(5)))
    bad.errorCode = "Ecs.0219"
    bad.failReason = "no host has enough memory for flavor s3.large.4"
    return part(name, .ecs, "createServer", .failing(after: .seconds(5.5)), .jobFailed) {
      $0.subJobs = (1...2).map { single(name, $0, .succeeding(after: .seconds(4))) } + [bad]
    }
  }

  private static func single(_ name: String, _ number: Int, _ steps: [ScriptedStep]) -> ScriptedJob {
    ScriptedJob(
      jobID: id("\(name)/\(number)"), jobType: "createSingleServer", steps: steps,
      entities: ["server_id": id("\(name)/s\(number)")])
  }
}
