import Glibc
import TestSupport

/// The distribution of the durations, in seconds, of jobs that are invented for the measurement.
struct KnownDistribution: Sendable {
  /// The share of jobs that take longer than an age.
  let survival: @Sendable (Double) -> Double
  let sample: @Sendable (inout SeededGenerator) -> Double

  static func logNormal(median: Double, sigma: Double) -> Self {
    Self(
      survival: { $0 > 0 ? normalSurvival(log($0 / median) / sigma) : 1 },
      sample: { median * exp(sigma * $0.normal()) })
  }

  /// Cut at zero.
  static func normal(mean: Double, deviation: Double) -> Self {
    let positive = normalSurvival(-mean / deviation)
    return Self(
      survival: { normalSurvival(($0 - mean) / deviation) / positive }, sample: { abs(mean + deviation * $0.normal()) })
  }

  static func exponential(mean: Double) -> Self {
    Self(survival: { exp(-$0 / mean) }, sample: { -mean * log(1 - $0.unit()) })
  }

  static func uniform(low: Double, high: Double) -> Self {
    Self(survival: { min(max((high - $0) / (high - low), 0), 1) }, sample: { low + (high - low) * $0.unit() })
  }

  static func pareto(least: Double, alpha: Double, most: Double) -> Self {
    let beyond = pow(least / most, alpha)
    return Self(
      survival: { $0 <= least ? 1 : max(0, (pow(least / $0, alpha) - beyond) / (1 - beyond)) },
      sample: { least * pow(beyond + (1 - beyond) * (1 - $0.unit()), -1 / alpha) })
  }

  static func mixture(_ parts: [(weight: Double, distribution: Self)]) -> Self {
    Self(
      survival: { age in parts.reduce(0) { $0 + $1.weight * $1.distribution.survival(age) } },
      sample: { random in
        let index = parts.map(\.weight).draw(using: &random)
        return parts[index].distribution.sample(&random)
      })
  }

  /// Of jobs that take `factor` times as long.
  func scaled(by factor: Double) -> Self {
    Self(survival: { survival($0 / factor) }, sample: { factor * sample(&$0) })
  }

  private static func normalSurvival(_ value: Double) -> Double { 0.5 * erfc(value / 2.0.squareRoot()) }
}

extension [Double] {
  /// An index, each as often as its weight says; they make 1.
  func draw(using random: inout SeededGenerator) -> Int {
    var left = random.unit()
    let index = firstIndex { weight in
      left -= weight
      return left < 0
    }
    return index ?? count - 1
  }
}
