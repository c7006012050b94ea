import ArgumentParser
import JobWatchCore
import JobWatchStore
import PollPlanning

struct DurationsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "durations", abstract: "Lists how long jobs take, by their type.",
    discussion: """
      For each type of jobs: how many ended; the age by which half, 95 % and 99 % of them end; the calls \
      per job; how long after its end an end was known; and the share of calls saved against asking every \
      10 s, which would know an end 5 s after it (below zero: more calls, for an earlier answer). A ~ marks \
      a figure that only few jobs support. The daemon need not run.

        jobwatch durations
        jobwatch durations --service dcs
        jobwatch durations --json | jq 'map(select(.p99_seconds > 3600))'

      Exit codes: 0 done (also when nothing was learned), 64 the command is wrong, 75 try again, 78 the \
      configuration or the database cannot be read.
      """)

  @Option(help: .value("name", "Only jobs of this service."), completion: .services)
  var service: String?

  @Flag(help: "Print one JSON array; durations are seconds.")
  var json = false

  @OptionGroup var file: ConfigOption

  func run() throws {
    let configuration = try file.load().value
    let learned = try StoreReader(path: configuration.databasePath).reading { transaction in
      var schedule = try LearnedSchedule(configuration, transaction, service: service)
      return try transaction.durations.all().filter { service == nil || service == $0.key.service }
        .map { LearnedType(type: schedule.type($0.key), tally: $0.tally) }
        .sorted { ($1.tally.jobs, $0.type.name) < ($0.tally.jobs, $1.type.name) }
    }
    if json {
      print(try OutputText.line(learned.map(\.json)))
    } else if !learned.isEmpty {
      let rows = [LearnedType.heading] + learned.map(\.row)
      for line in Self.fit.lines(rows, width: Terminal.standardOutput.width) { print(line) }
    }
    if learned.isEmpty {
      StandardError.write(
        "nothing was learned yet\(service.map { " of \($0)" } ?? ""): a type is listed once a job of it has "
          + "ended, or vanished while it ran")
    }
  }

  private static let fit = TableFit(
    shortening: [("TYPE", 12), ("REGION", 8)], dropping: ["REGION", "P99", "SERVICE", "SAVED", "P95"])
}

/// What was learned of one type of jobs, and what its jobs have cost.
struct LearnedType {
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
    let age = type.distribution.quantile(share)
    return (type.isGuess(share) ? "~" : "") + (age.isFinite ? Duration.seconds(age).terse : ">24d")
  }

  /// Of a job, on average.
  private var calls: Double? { share(Double(tally.polls), of: tally.jobs) }

  /// Seconds, on average, of the jobs whose records have an end time.
  private var latency: Double? { share(tally.latency.seconds, of: tally.timedJobs) }

  /// The share of calls saved against asking every 10 s; less than zero where more were made. Only jobs whose records
  /// have an end time can be compared: they are taken to have cost as many calls as the others.
  private var saved: Double? {
    guard let calls, tally.fixedPolls > 0 else { return nil }
    return 1 - calls * Double(tally.timedJobs) / Double(tally.fixedPolls)
  }

  private func share(_ sum: Double, of count: Int) -> Double? { count > 0 ? sum / Double(count) : nil }

  /// As `--json` prints it; durations are seconds.
  var json: OutputObject {
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
