import JobWatchCore
import JobWatchStore

/// What was learned of one type of jobs, and what its jobs have cost, in one line of a table; with `--json` as an
/// object.
struct LearnedType: Encodable {
  let type: KnownType
  let tally: DurationTally

  static let heading = [
    "SERVICE", "TYPE", "REGION", "JOBS", "P50", "P95", "P99", "CALLS/JOB", "LATENCY", "SAVED",
  ]

  var row: [String] {
    [
      type.key.service, type.key.jobType.isEmpty ? "(none)" : type.key.jobType.onOneLine,
      type.key.region, "\(tally.jobs)",
    ]
      + [0.5, 0.95, 0.99].map(quantile)
      + [
        calls?.tenths ?? "", latency.map { Duration.seconds($0).terse } ?? "",
        saved.map { "\(Int((100 * $0).rounded())) %" } ?? "",
      ]
  }

  private func quantile(_ share: Double) -> String {
    let age = type.law.quantile(share)
    return (type.isGuess(share) ? "~" : "")
      + (age.isFinite ? Duration.seconds(age).terse : ">24d")
  }

  /// Of a job, on average.
  private var calls: Double? { share(Double(tally.polls), of: tally.jobs) }

  /// Seconds, on average, of the jobs whose records have an end time.
  private var latency: Double? { share(tally.latency.seconds, of: tally.timedJobs) }

  /// Of the calls that every 10 s would have taken, those that were not made; less than zero where more were. Calls are
  /// counted over all jobs: those with an end time are taken to have cost as many as the rest, with which nothing can be
  /// compared.
  private var saved: Double? {
    guard let calls, tally.fixedPolls > 0 else { return nil }
    return 1 - calls * Double(tally.timedJobs) / Double(tally.fixedPolls)
  }

  private func share(_ sum: Double, of count: Int) -> Double? {
    count > 0 ? sum / Double(count) : nil
  }

  private enum CodingKeys: String, CodingKey {
    case service, jobType, region, jobs, running
    case p50Seconds, p95Seconds, p99Seconds, callsPerJob, meanLatencySeconds, savedShare
    case calls, timedJobs, fixedCalls
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(type.key.service, forKey: .service)
    try container.encode(type.key.jobType, forKey: .jobType)
    try container.encode(type.key.region, forKey: .region)
    try container.encode(tally.jobs, forKey: .jobs)
    try container.encode(type.running, forKey: .running)
    try container.encodeIfPresent(type.law.quantile(0.5).finite, forKey: .p50Seconds)
    try container.encodeIfPresent(type.law.quantile(0.95).finite, forKey: .p95Seconds)
    try container.encodeIfPresent(type.law.quantile(0.99).finite, forKey: .p99Seconds)
    try container.encodeIfPresent(calls?.thousandths, forKey: .callsPerJob)
    try container.encodeIfPresent(latency?.thousandths, forKey: .meanLatencySeconds)
    try container.encodeIfPresent(saved?.thousandths, forKey: .savedShare)
    try container.encode(tally.polls, forKey: .calls)
    try container.encode(tally.timedJobs, forKey: .timedJobs)
    try container.encode(tally.fixedPolls, forKey: .fixedCalls)
  }
}
