import JobWatchCore
import JobWatchDaemon
import JobWatchSpool
import JobWatchStatusLog
import SimulatedCloud
import Synchronization

/// The real daemon in a process of its own, and all jobs of a load from their submission until the status log has
/// told their ends.
struct DetectionRun: Sendable {
  var name: String
  /// A `jobwatch`, or this program.
  var program: String
  var load: DetectionLoad
  /// Calls in any 10 s that the account is allowed, by its configuration and by the cloud; nil: any number.
  var quota: Int?
  /// The key `polling` of the configuration.
  var polling = ""
  /// The submitter names the job's type beside its id.
  var isTyped = false

  /// After the last job's end: a daemon that needs longer has lost jobs.
  private static let patience = Duration.minutes(3)

  /// - Parameter workplace: with an empty database, or one that was taught before.
  func measure(in workplace: Workplace) async throws -> Detections {
    let cloud = BenchAccount.cloud()
    let quota = quota.map { Quota(calls: $0, per: .seconds(10)) }
    cloud.setQuota(quota, for: .ecs)
    return try await ending(
      {
        try await workplace.withDaemon(
          program, cloud: try await cloud.start(),
          quota: quota.map { "calls: \($0.calls), per: 10s" }, polling: polling
        ) { daemon in
          try await daemon.isLoaded()
          async let told = ends(in: workplace)
          let begun = try await submit(to: cloud, workplace)
          return try await Detections(
            name: name, jobs: load.jobs, begun: begun, told: told,
            calls: cloud.calls(service: .ecs), quota: quota)
        }
      }, with: cloud.stop)
  }

  /// Begins each job when it arrives, and hands it over as an ordinary submitter does. Returns when each began.
  private func submit(
    to cloud: SimulatedCloud, _ workplace: Workplace
  ) async throws -> [String: Timestamp] {
    let spool = SpoolWriter(spoolDirectory: workplace.spool)
    let start = ContinuousClock.now
    var begun: [String: Timestamp] = [:]
    for job in load.jobs {
      try await Task.sleep(until: start + job.arrival)
      let now = Time.system.now().wall
      cloud.submit(job.script, at: now)
      begun[job.id] = now
      let submission = SpoolSubmission(
        jobID: job.id, service: "ecs", jobType: isTyped ? job.type : nil)
      _ = try spool.write([submission], at: now)
    }
    return begun
  }

  /// When the status log told each job's end.
  private func ends(in workplace: Workplace) async throws -> [String: Timestamp] {
    let last = load.jobs.map { $0.arrival + $0.duration }.max() ?? .zero
    let told = ToldEnds(Set(load.jobs.map(\.id)))
    try await withThrowingTaskGroup { group in
      group.addTask { try await told.follow(workplace.statusLog) }
      group.addTask {
        try await Task.sleep(for: last + Self.patience)
        throw Failure("\(name): \(told.missing) jobs ended unnoticed")
      }
      try await group.next()
      group.cancelAll()
    }
    return told.times
  }
}

/// The ends of jobs as they appear in a status log.
private final class ToldEnds: Sendable {
  private let jobs: Set<String>
  private let state = Mutex([String: Timestamp]())

  init(_ jobs: Set<String>) { self.jobs = jobs }

  var times: [String: Timestamp] { state.withLock(\.self) }
  var missing: Int { jobs.count - times.count }

  /// Returns once all are told.
  func follow(_ path: String) async throws {
    let filter = LogFilter(events: [try EventPattern("job.succeeded")])
    let follower = StatusLogFollower(
      path: path, filter: filter, onTrouble: MeasureOptions.complain)
    try await follower.run(stopOn: []) { [self] line in
      let now = Time.system.now().wall
      // A new log tells all events of the database, and so of the jobs that taught it.
      guard let id = try line.data().jobID, jobs.contains(id) else { return }
      let isLast = state.withLock { times in
        times[id] = times[id] ?? now
        return times.count == jobs.count
      }
      if isLast { throw CancellationError() }
    }
  }
}
