import JobWatchCore
import JobWatchStore
import PollPlanning

/// What was learned of one type of jobs, and what its jobs have cost.
struct LearnedType {
  let type: KnownType
  let tally: DurationTally

  static let heading = [
    "SERVICE", "TYPE", "REGION", "JOBS", "P50", "P95", "P99", "CALLS/JOB", "LATENCY", "SAVED",
  ]

  /// Its line of the table.
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
    let age = type.distribution.quantile(share)
    return (type.isGuess(share) ? "~" : "")
      + (age.isFinite ? Duration.seconds(age).terse : ">24d")
  }

  /// Of a job, on average.
  private var calls: Double? { share(Double(tally.polls), of: tally.jobs) }

  /// Seconds, on average, of the jobs whose records have an end time.
  private var latency: Double? { share(tally.latency.seconds, of: tally.timedJobs) }

  /// The share of calls saved against asking every 10 s; less than zero where more were made. Calls are counted over all
  /// jobs, and only those whose records have an end time can be compared: these are taken to have cost as many as the
  /// others.
  private var saved: Double? {
    guard let calls, tally.fixedPolls > 0 else { return nil }
    return 1 - calls * Double(tally.timedJobs) / Double(tally.fixedPolls)
  }

  private func share(_ sum: Double, of count: Int) -> Double? {
    count > 0 ? sum / Double(count) : nil
  }

  /// As `--json` prints it; durations are seconds.
  var json: JSONObject {
    [
      "service": type.key.service, "job_type": type.key.jobType, "region": type.key.region,
      "jobs": tally.jobs, "running": type.running,
      "p50_seconds": type.distribution.quantile(0.5).finite,
      "p95_seconds": type.distribution.quantile(0.95).finite,
      "p99_seconds": type.distribution.quantile(0.99).finite, "calls_per_job": calls?.thousandths,
      "mean_latency_seconds": latency?.thousandths, "saved_share": saved?.thousandths,
      // The sums that these follow from.
      "calls": tally.polls, "timed_jobs": tally.timedJobs, "fixed_calls": tally.fixedPolls,
    ]
  }
}
