import JobWatchCore
import JobWatchSpool
import JobWatchStatusLog
import SimulatedCloud
import Synchronization
import TestSupport

/// The real daemon in a process of its own, and all jobs of a load from their submission until the status log has
/// told their ends.
struct DetectionRun: Sendable {
  var name: String
  /// A `jobwatch`.
  var program: String
  /// Calls in any 10 s that the account is allowed, by its configuration and by the cloud; nil: any number.
  var quota: Int?
  /// The key `polling` of the configuration.
  var polling = ""
  /// The submitter names the job's type beside its id.
  var isTyped = false
  var jobs: [DetectionJob]

  /// After the last job's end: a daemon that needs longer has lost jobs.
  private static let patience = Duration.minutes(3)

  /// - Parameter workplace: with an empty database, or one that was taught before.
  func measure(in workplace: Workplace) async throws -> Detections {
    let cloud = BenchAccount.cloud()
    cloud.setQuota(quota.map { Quota(calls: $0, per: .seconds(10)) }, for: .ecs)
    return try await ending {
      try await workplace.withDaemon(
        program, cloud: try await cloud.start(), quota: quota.map { "calls: \($0), per: 10s" }, polling: polling
      ) { daemon in
        try await daemon.isLoaded()
        async let told = ends(in: workplace)
        let begun = try await submit(to: cloud, workplace)
        return try await Detections(self, begun: begun, told: told, calls: cloud.calls(service: .ecs))
      }
    } with: {
      await cloud.stop()
    }
  }

  /// Begins each job when it arrives, and hands it over as an ordinary submitter does. Returns when each began.
  private func submit(to cloud: SimulatedCloud, _ workplace: Workplace) async throws -> [String: Timestamp] {
    let spool = SpoolWriter(spoolDirectory: workplace.spool)
    let start = ContinuousClock.now
    var begun: [String: Timestamp] = [:]
    for job in jobs {
      try await Task.sleep(until: start + job.arrival)
      let now = SystemClock.now().wall
      cloud.submit(
        ScriptedJob(service: .ecs, jobID: job.id, jobType: job.type, steps: .succeeding(after: job.duration)), at: now)
      begun[job.id] = now
      var submission = SpoolSubmission(word: job.id, service: "ecs")
      if isTyped { submission.jobType = job.type }
      _ = try spool.write([submission], at: now)
    }
    return begun
  }

  /// When the status log told each job's end.
  private func ends(in workplace: Workplace) async throws -> [String: Timestamp] {
    let ids = Set(jobs.map(\.id))
    let last = jobs.map { $0.arrival + $0.duration }.max() ?? .zero
    let told = ToldEnds()
    let follower = StatusLogFollower(
      path: workplace.statusLog, filter: LogFilter(events: [try EventPattern("job.succeeded")]),
      onTrouble: MeasureOptions.complain)
    try await withThrowingTaskGroup { group in
      group.addTask {
        try await follower.run(stopOn: []) { line in
          let now = SystemClock.now().wall
          // A new log tells all events of the database, also of the jobs that taught it.
          guard let id = try line.data().jobID, ids.contains(id) else { return }
          let count = told.times.withLock { times in
            times[id] = times[id] ?? now
            return times.count
          }
          if count == ids.count { throw CancellationError() }
        }
      }
      group.addTask {
        try await Task.sleep(for: last + Self.patience)
        let missing = ids.count - told.times.withLock(\.count)
        throw Failure("\(name): \(missing) jobs ended unnoticed")
      }
      try await group.next()
      group.cancelAll()
    }
    return told.times.withLock(\.self)
  }

  private final class ToldEnds: Sendable {
    let times = Mutex([String: Timestamp]())
  }
}

/// A job whose end the daemon has to find out.
struct DetectionJob: Sendable {
  var id: String
  var type: String
  /// Since the first job.
  var arrival: Duration
  /// From begin to end, as its record has it.
  var duration: Duration

  /// In seconds. Polls every 10 s find the ends of each type 5 s late on average, because no type ends just before or just
  /// after a multiple of ten.
  private static let medians = [5, 15, 25, 45, 80, 120]
  /// Of the logarithm of a type's durations: about a tenth more or less.
  private static let sigma = 0.1
  /// Jobs a second.
  private static let rate = 2.5

  /// Jobs of six types in random order, which arrive at random.
  static func load(_ name: String, perType: Int, seed: UInt64) -> [Self] {
    var random = SeededGenerator(seed)
    let medians = medians.flatMap { Array(repeating: $0, count: perType) }
    var arrival = Duration.zero
    return medians.shuffled(using: &random).enumerated().map { number, median in
      defer {
        arrival += .seconds(KnownDistribution.exponential(mean: 1 / rate).sample(&random))
      }
      let durations = KnownDistribution.logNormal(median: Double(median), sigma: sigma)
      return Self(
        id: "\(name)-00000000-0000-0000-\(100_000 + number)", type: "bench\(median)s",
        arrival: arrival, duration: .milliseconds(Int64(1000 * durations.sample(&random))))
    }
  }
}

/// The result of a run.
struct Detections: Sendable {
  let name: String
  let quota: Int?
  /// Of each job: seconds from the end in its record until the status log told it.
  let latencies: [Double]
  /// From the first job's begin until the last end was told.
  let seconds: Double
  let calls: Int
  /// Calls that the cloud turned away for its quota.
  let throttled: Int
  /// In any 10 s.
  let mostCalls: Int

  init(_ run: DetectionRun, begun: [String: Timestamp], told: [String: Timestamp], calls: [Call]) {
    (name, quota) = (run.name, run.quota)
    latencies = run.jobs.compactMap { job in
      guard let begin = begun[job.id], let told = told[job.id] else { return nil }
      return (told - (begin + job.duration)).exactSeconds
    }
    self.calls = calls.count
    throttled = calls.count(where: \.isThrottled)
    var (most, first) = (0, 0)
    for (index, call) in calls.enumerated() {
      while call.time - calls[first].time >= .seconds(10) { first += 1 }
      most = max(most, index - first + 1)
    }
    mostCalls = most
    let times = begun.values.min().flatMap { first in told.values.max().map { $0 - first } }
    seconds = times?.exactSeconds ?? 0
  }

  var text: String { "\(latencies.mean.threeDigits) s in \(calls) calls" }

  /// Calls a second while there was anything to watch.
  var rate: Double { Double(calls) / max(seconds, 1e-3) }
}
