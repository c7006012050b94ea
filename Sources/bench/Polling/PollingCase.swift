import JobWatchCore
import PollPlanning
import TestSupport

/// One job type of the measurement: its law, and the cost of the best schedule for it.
struct PollingCase: Sendable {
  var name: String
  var law: TrueLaw
  /// Of jobs that never end.
  var hungShare = 0.0
  /// Seconds, at which a job that has not ended is given up.
  var horizon = 86_400.0
  /// The least cost at 1, 5 and 20 s a call, which an independent program found.
  var leastCosts: [Double]

  static let prices = [1.0, 5, 20]

  static let all = [
    PollingCase(
      name: "tight_lognormal", law: .logNormal(median: 60, sigma: 0.1),
      leastCosts: [4.8757, 12.128, 30.8436]),
    PollingCase(
      name: "wide_lognormal", law: .logNormal(median: 120, sigma: 1),
      leastCosts: [19.7737, 45.8591, 98.5236]),
    PollingCase(
      name: "bimodal_2m_20m",
      law: .mixture([
        (0.6, .logNormal(median: 120, sigma: 0.08)), (0.4, .logNormal(median: 1200, sigma: 0.08)),
      ]),
      leastCosts: [14.0711, 32.9043, 73.619]),
    PollingCase(
      name: "exponential", law: .exponential(mean: 300), leastCosts: [25.1662, 58.1555, 123.268]),
    PollingCase(
      name: "uniform", law: .uniform(low: 60, high: 600), leastCosts: [22.4114, 51.5188, 108.2018]),
    PollingCase(
      name: "pareto_1.5", law: .pareto(least: 30, alpha: 1.5, most: 86_400),
      leastCosts: [10.2734, 25.2455, 59.0395]),
    PollingCase(
      name: "createServer_4m", law: .normal(mean: 240, deviation: 30),
      leastCosts: [10.8594, 24.6675, 53.0256]),
    PollingCase(
      name: "fixed90_hung2pct", law: .normal(mean: 90, deviation: 1), hungShare: 0.02,
      horizon: 3600, leastCosts: [2.3397, 7.2317, 23.3097]),
    PollingCase(
      name: "short_delete_12s", law: .logNormal(median: 12, sigma: 0.35),
      leastCosts: [4.0875, 10.7856, 29.1211]),
    PollingCase(
      name: "dcs_create_7m", law: .logNormal(median: 420, sigma: 0.25),
      leastCosts: [19.3149, 43.6216, 90.6302]),
  ]

  /// A duration in seconds; nil: it never ends.
  func sample(using random: inout SeededGenerator) -> Double? {
    let duration = law.sample(using: &random)
    return hungShare > 0 && random.unit() < hungShare ? nil : duration
  }

  /// The model after these jobs.
  func trained(on durations: [Double?]) -> DurationModel {
    var model = DurationModel()
    for duration in durations { model.learn(duration, horizon: horizon) }
    return model
  }

  func training(_ count: Int, seed: UInt64) -> [Double?] {
    var random = SeededGenerator(seed)
    return (0..<count).map { _ in sample(using: &random) }
  }
}

extension DurationModel {
  /// A whole job; one that never ends was watched to the horizon.
  mutating func learn(_ duration: Double?, horizon: Double) {
    if let duration {
      finish(.at(duration), of: WatchedSpan())
    } else {
      let span = WatchedSpan(known: horizon)
      watch(span)
      leave(span)
    }
  }
}
