import JobWatchCore
import PollPlanning
import TestSupport

/// A job type of a measurement: invented, and so known.
struct JobType: Sendable {
  var name: String
  var distribution: KnownDistribution
  /// Of jobs that never end.
  var hungShare = 0.0
  /// Seconds, at which a job that has not ended is given up.
  var horizon = 86_400.0
  /// The least cost at 1, 5 and 20 s a call, which an independent program found.
  var leastCosts: [Double] = []
  /// Of the fleet's jobs.
  var share = 0.0

  /// Those that are measured one job at a time.
  static let single = [
    single("tight_lognormal", .logNormal(median: 60, sigma: 0.1), 4.8757, 12.128, 30.8436),
    single("wide_lognormal", .logNormal(median: 120, sigma: 1), 19.7737, 45.8591, 98.5236),
    single(
      "bimodal_2m_20m",
      .mixture([
        (0.6, .logNormal(median: 120, sigma: 0.08)), (0.4, .logNormal(median: 1200, sigma: 0.08)),
      ]), 14.0711, 32.9043, 73.619),
    single("exponential", .exponential(mean: 300), 25.1662, 58.1555, 123.268),
    single("uniform", .uniform(low: 60, high: 600), 22.4114, 51.5188, 108.2018),
    single("pareto_1.5", .pareto(least: 30, alpha: 1.5, most: 86_400), 10.2734, 25.2455, 59.0395),
    single("createServer_4m", .normal(mean: 240, deviation: 30), 10.8594, 24.6675, 53.0256),
    JobType(
      name: "fixed90_hung2pct", distribution: .normal(mean: 90, deviation: 1), hungShare: 0.02,
      horizon: 3600, leastCosts: [2.3397, 7.2317, 23.3097]),
    single("short_delete_12s", .logNormal(median: 12, sigma: 0.35), 4.0875, 10.7856, 29.1211),
    single("dcs_create_7m", .logNormal(median: 420, sigma: 0.25), 19.3149, 43.6216, 90.6302),
  ]

  private static func single(_ name: String, _ distribution: KnownDistribution, _ leastCosts: Double...) -> JobType {
    JobType(name: name, distribution: distribution, leastCosts: leastCosts)
  }

  /// From concentrated to wide, around what the names suggest. The mean duration is 1854 s.
  static let fleet = [
    fleet("createServer", 0.18, .normal(mean: 240, deviation: 30)),
    fleet("deleteServer", 0.12, .logNormal(median: 40, sigma: 0.5)),
    fleet("attachVolume", 0.12, .logNormal(median: 12, sigma: 0.35)),
    fleet("resizeServer", 0.08, .normal(mean: 300, deviation: 60)),
    fleet("createDCSInstance", 0.1, .logNormal(median: 420, sigma: 0.25)),
    fleet("dcsBackup", 0.1, .logNormal(median: 900, sigma: 0.8)),
    fleet("dcsRestore", 0.08, .uniform(low: 300, high: 2400)),
    fleet("dcsResize", 0.06, .logNormal(median: 1500, sigma: 0.5)),
    fleet(
      "masterStandbySwap", 0.06,
      .mixture([
        (0.8, .logNormal(median: 60, sigma: 0.1)), (0.2, .logNormal(median: 600, sigma: 0.15)),
      ])),
    fleet("dataMigration", 0.1, .logNormal(median: 10_900, sigma: 0.7)),
  ]

  private static func fleet(_ name: String, _ share: Double, _ distribution: KnownDistribution) -> JobType {
    JobType(name: name, distribution: distribution, hungShare: 0.001, share: share)
  }

  /// By which the fleet's types are learned.
  static func fleetKeys(_ service: String) -> [DurationKey] {
    fleet.map { DurationKey(service: service, jobType: $0.name, region: "eu-de") }
  }

  /// A duration in seconds; nil: the job never ends.
  func sample(using random: inout SeededGenerator) -> Double? {
    let duration = distribution.sample(&random)
    return hungShare > 0 && random.unit() < hungShare ? nil : duration
  }

  func samples(_ count: Int, seed: UInt64) -> [Double?] {
    var random = SeededGenerator(seed)
    return (0..<count).map { _ in sample(using: &random) }
  }
}

extension PollQueue {
  /// Learns from a thousand jobs of each of the fleet's types.
  mutating func learnFleet(_ keys: [DurationKey]) {
    for (index, (type, key)) in zip(JobType.fleet, keys).enumerated() {
      learned(DurationModel(type.samples(1000, seed: UInt64(index)), horizon: type.horizon), of: key)
    }
  }
}

extension DurationModel {
  /// Learned from jobs of these durations; nil is one that never ended.
  init(_ durations: [Double?], horizon: Double) {
    self.init()
    for duration in durations { learn(duration, horizon: horizon) }
  }

  /// A whole job. One that never ends is watched up to the horizon.
  mutating func learn(_ duration: Double?, horizon: Double) {
    guard let duration else {
      let span = WatchedSpan(known: horizon)
      watch(span)
      return leave(span)
    }
    finish(.at(duration), of: WatchedSpan())
  }
}
