import ArgumentParser
import Foundation

struct DetectionCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "detection",
    abstract:
      "How soon the daemon knows that a job has ended, in as many calls as a fixed interval.",
    discussion: """
      Six types of jobs, which take about 5, 15, 25, 45, 80 and 120 s, arrive at 2.5 a second. They are submitted \
      with their ids alone: the daemon learns their types by polling at once. The cloud is simulated on loopback; a \
      latency is from the end in the job's record until the status log tells it.

      The first run polls every running job each 10 s. The others start with what it taught, on other jobs of these \
      types and side by side: as learned, under a quota of as many calls in any 10 s as the first run made in 10 s on \
      average, and with the least price, because the quota is to set the price; the same with the types told; and for \
      a mean latency of 5 s, without a quota.

      Takes about 13 minutes.
      """)

  @OptionGroup var options: MeasureOptions
  @OptionGroup var daemon: DaemonOptions

  /// Seconds.
  private static let target = 5.0

  func run() async throws {
    let program = try daemon.program
    let perType = options.quick ? 25 : 100
    let runs = try await Workplace.use(in: daemon.directory) { teacher in
      options.tell("measuring a fixed interval …")
      let fixed = try await DetectionRun(
        name: "fixed 10 s", program: program, polling: "fixed: 10s",
        jobs: DetectionJob.load("fixed", perType: perType, seed: 1)
      ).measure(in: teacher)
      options.tell("measuring what it taught …")
      // Other jobs than the teacher's: durations that were seen once do not come again.
      let jobs = DetectionJob.load("other", perType: perType, seed: 2)
      return [fixed] + (try await compare(jobs, with: fixed, taughtBy: teacher.database, program))
    }
    try options.report(figures(runs))
  }

  private func compare(
    _ jobs: [DetectionJob], with fixed: Detections, taughtBy database: String, _ program: String
  ) async throws -> [Detections] {
    // An average over the run, whose tail has few jobs: less than an account would need for the first run.
    let quota = Int(fixed.rate * 10)
    // The least price that a configuration may have, because the quota is to set the price.
    let cheap = "price: 10ms"
    let directory = daemon.directory
    @Sendable func measure(
      _ name: String, quota: Int? = nil, _ polling: String = "", isTyped: Bool = false
    ) async throws -> Detections {
      try await Workplace.use(in: directory) { workplace in
        try FileManager.default.copyItem(atPath: database, toPath: workplace.database)
        return try await DetectionRun(
          name: name, program: program, quota: quota, polling: polling, isTyped: isTyped, jobs: jobs
        ).measure(in: workplace)
      }
    }
    async let learned = measure("learned", quota: quota, cheap)
    async let typed = measure("learned, type told", quota: quota, cheap, isTyped: true)
    async let target = measure("target 5 s", "target: 5s")
    return try await [learned, typed, target]
  }

  /// - Parameter runs: fixed, learned, typed and target.
  private func figures(_ runs: [Detections]) -> [Figure] {
    let (fixed, learned, target) = (runs[0], runs[1], runs[3].latencies.mean)
    let quotas = runs.compactMap { run in
      run.quota.map { quota in
        Figure(
          "most calls in any 10 s, to the quota, \(run.name)",
          Double(run.mostCalls) / Double(quota) * 100, "%",
          detail: "\(run.mostCalls) of \(quota)", atMost: 100)
      }
    }
    return [
      Figure(
        "mean latency, learned to fixed", learned.latencies.mean / fixed.latencies.mean, "×",
        detail: "\(learned.text); fixed: \(fixed.text)", atMost: 0.6),
      Figure(
        "mean latency, off its target", abs(target / Self.target - 1) * 100, "%",
        detail: "\(target.threeDigits) s of \(Self.target.threeDigits) s", atMost: 25),
      Figure("calls turned away", Double(runs.map(\.throttled).reduce(0, +)), atMost: 0),
    ] + quotas
  }
}
