import JobWatchCore
import SimulatedCloud
import TestSupport

/// A job whose end the daemon has to find out.
struct DetectionJob: Sendable {
  var id: String
  /// Median of its type's durations, in seconds.
  var median: Int
  /// Since the first job.
  var arrival: Duration
  /// From begin to end, as its record has it.
  var duration: Duration

  var type: String { "bench\(median)s" }

  var script: ScriptedJob {
    ScriptedJob(service: .ecs, jobID: id, jobType: type, steps: .succeeding(after: duration))
  }
}

/// Jobs of six types in random order, arriving at random: 2.5 a second.
struct DetectionLoad: Sendable {
  /// In seconds. Polls every 10 s find the ends of each type 5 s late on average, because no type ends just before or just
  /// after a multiple of ten.
  static let medians = [5, 15, 25, 45, 80, 120]
  /// Of the logarithm of a type's durations: about a tenth more or less.
  private static let sigma = 0.1
  /// Jobs a second.
  private static let rate = 2.5

  let jobs: [DetectionJob]

  /// - Parameter perType: jobs of each type.
  init(_ name: String, perType: Int, seed: UInt64) {
    var random = SeededGenerator(seed)
    let medians = Self.medians.flatMap { Array(repeating: $0, count: perType) }
    var arrival = Duration.zero
    jobs = medians.shuffled(using: &random).enumerated().map { number, median in
      defer { arrival += .seconds(TrueLaw.exponential(mean: 1 / Self.rate).sample(using: &random)) }
      let law = TrueLaw.logNormal(median: Double(median), sigma: Self.sigma)
      return DetectionJob(
        id: "\(name)-00000000-0000-0000-\(100_000 + number)", median: median, arrival: arrival,
        duration: .milliseconds(Int64(1000 * law.sample(using: &random))))
    }
  }
}
