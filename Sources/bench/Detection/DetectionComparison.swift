import Foundation

/// The runs, and what each takes over from the first.
struct DetectionComparison: Sendable {
  var directory: String
  /// Jobs of each type, in each run.
  var perType: Int

  private static let interval = Duration.seconds(10)
  private static let target = Duration.seconds(5)
  /// The least that a configuration may have: what the calls are worth is for the quota to say.
  private static let leastPrice = Duration.milliseconds(10)

  func measure(_ tell: (String) -> Void) async throws -> DetectionFigures {
    try await Workplace.use(in: directory) { teacher in
      tell("measuring a fixed interval …")
      let load = DetectionLoad("fixed", perType: perType, seed: 1)
      let fixed = try await DetectionRun(name: "fixed 10 s", load: load, fixed: Self.interval)
        .measure(in: teacher)
      // Averaged over the run, the tail with its few jobs included, and never exceeded: less than an account would
      // need for the first run.
      let quota = Int(fixed.rate * 10)
      tell("measuring what it taught …")
      async let learned = measure(taughtBy: teacher) {
        DetectionRun(name: "learned", load: $0, quotaCalls: quota, price: Self.leastPrice)
      }
      async let typed = measure(taughtBy: teacher) {
        DetectionRun(
          name: "learned, type told", load: $0, quotaCalls: quota, price: Self.leastPrice,
          isTyped: true)
      }
      async let target = measure(taughtBy: teacher) {
        DetectionRun(name: "target 5 s", load: $0, target: Self.target)
      }
      async let frugal = measure(taughtBy: teacher) {
        DetectionRun(name: "default price", load: $0)
      }
      return try await DetectionFigures(
        fixed: fixed, learned: learned, typed: typed, target: target, frugal: frugal,
        targetLatency: Self.target.exactSeconds)
    }
  }

  /// Other jobs than the teacher's: durations that were seen once do not come again.
  private func measure(
    taughtBy teacher: Workplace, _ run: @Sendable (DetectionLoad) -> DetectionRun
  ) async throws -> Detections {
    try await Workplace.use(in: directory) { workplace in
      try FileManager.default.copyItem(atPath: teacher.database, toPath: workplace.database)
      return try await run(DetectionLoad("other", perType: perType, seed: 2)).measure(in: workplace)
    }
  }
}
