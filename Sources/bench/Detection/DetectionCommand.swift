import ArgumentParser
import Foundation

/// `bench detection`: how long after its end the real daemon tells of a job, by a fixed interval and as learned.
struct DetectionCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "detection",
    abstract:
      "How soon the daemon knows that a job has ended, in as many calls as a fixed interval.",
    discussion: """
      Six types of jobs, which take about 5, 15, 25, 45, 80 and 120 s, arrive at 2.5 a second. They are submitted \
      with nothing but their ids: the daemon learns their types by asking at once. The cloud is simulated \
      on loopback; a latency is from the end in the job's record until the status log tells it.

      First every running job is asked for each 10 s. Then, with what that taught, on other jobs of these types and \
      side by side: as learned, under a quota of as many calls in any 10 s as the first run made in 10 s on average, \
      and with the least price, because the quota is to rule; the same with the types told; for a mean latency of \
      5 s, without a quota; and at the default price.

      Takes about 13 minutes.
      """)

  @OptionGroup var options: MeasureOptions
  @OptionGroup var daemon: DaemonOptions

  func run() async throws {
    let program = try daemon.program
    let runs = try await Workplace.use(in: daemon.directory) { teacher in
      options.tell("measuring a fixed interval …")
      let load = DetectionLoad("fixed", perType: perType, seed: 1)
      let fixed = try await DetectionRun(
        name: "fixed 10 s", program: program, load: load, polling: "fixed: 10s"
      ).measure(in: teacher)
      options.tell("measuring what it taught …")
      return try await compare(fixed, taughtBy: teacher, program)
    }
    try options.report(runs.figures)
  }

  /// Jobs of each type, in each run.
  private var perType: Int { options.quick ? 25 : 100 }

  private func compare(
    _ fixed: Detections, taughtBy teacher: Workplace, _ program: String
  ) async throws -> DetectionFigures {
    // An average over the run, whose tail has few jobs: less than an account would need for the first run.
    let quota = Int(fixed.rate * 10)
    // The least price that a configuration may have, because the quota is to set the price.
    let cheap = "price: 10ms"
    // Other jobs than the teacher's: durations that were seen once do not come again.
    let load = DetectionLoad("other", perType: perType, seed: 2)
    let (directory, taught) = (daemon.directory, teacher.database)
    @Sendable func measure(_ run: DetectionRun) async throws -> Detections {
      try await Workplace.use(in: directory) { workplace in
        try FileManager.default.copyItem(atPath: taught, toPath: workplace.database)
        return try await run.measure(in: workplace)
      }
    }
    async let learned = measure(
      DetectionRun(name: "learned", program: program, load: load, quota: quota, polling: cheap))
    async let typed = measure(
      DetectionRun(
        name: "learned, type told", program: program, load: load, quota: quota, polling: cheap,
        isTyped: true))
    async let target = measure(
      DetectionRun(name: "target 5 s", program: program, load: load, polling: "target: 5s"))
    async let frugal = measure(
      DetectionRun(name: "default price", program: program, load: load))
    return try await DetectionFigures(
      fixed: fixed, learned: learned, typed: typed, target: target, frugal: frugal,
      targetLatency: 5)
  }
}
