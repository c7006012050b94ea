import Glibc
import PollPlanning
import TestSupport

/// A law of durations that is known: of jobs invented for the measurement. In seconds.
indirect enum TrueLaw: Sendable {
  case logNormal(median: Double, sigma: Double)
  /// Cut at zero.
  case normal(mean: Double, deviation: Double)
  case exponential(mean: Double)
  case uniform(low: Double, high: Double)
  case pareto(least: Double, alpha: Double, most: Double)
  case mixture([(weight: Double, law: TrueLaw)])
  /// Of jobs that take `factor` times as long.
  case scaled(TrueLaw, by: Double)

  /// The share of jobs that take longer.
  func survival(at age: Double) -> Double {
    switch self {
    case .logNormal(let median, let sigma):
      age > 0 ? Self.normalSurvival(log(age / median) / sigma) : 1
    case .normal(let mean, let deviation):
      Self.normalSurvival((age - mean) / deviation) / Self.normalSurvival(-mean / deviation)
    case .exponential(let mean): exp(-age / mean)
    case .uniform(let low, let high): min(max((high - age) / (high - low), 0), 1)
    case .pareto(let least, let alpha, let most):
      age <= least
        ? 1
        : max(
          0, (pow(least / age, alpha) - pow(least / most, alpha)) / (1 - pow(least / most, alpha)))
    case .mixture(let parts):
      parts.reduce(0) { $0 + $1.weight * $1.law.survival(at: age) }
    case .scaled(let law, let factor): law.survival(at: age / factor)
    }
  }

  func sample(using random: inout SeededGenerator) -> Double {
    switch self {
    case .logNormal(let median, let sigma): return median * exp(sigma * random.normal())
    case .normal(let mean, let deviation): return abs(mean + deviation * random.normal())
    case .exponential(let mean): return -mean * log(1 - random.unit())
    case .uniform(let low, let high): return low + (high - low) * random.unit()
    case .pareto(let least, let alpha, let most):
      let beyond = pow(least / most, alpha)
      return least * pow(beyond + (1 - beyond) * (1 - random.unit()), -1 / alpha)
    case .mixture(let parts):
      var left = random.unit()
      for part in parts {
        left -= part.weight
        if left < 0 { return part.law.sample(using: &random) }
      }
      return parts.last?.law.sample(using: &random) ?? 0
    case .scaled(let law, let factor): return factor * law.sample(using: &random)
    }
  }

  private static func normalSurvival(_ value: Double) -> Double {
    0.5 * erfc(value / 2.0.squareRoot())
  }
}

/// `{"family": "lognormal", "median": 60, "sigma": 0.1}` and the like.
extension TrueLaw: Decodable {
  private struct Part: Decodable {
    var weight: Double
    var law: TrueLaw

    private enum CodingKeys: String, CodingKey { case weight = "w" }

    init(from decoder: any Decoder) throws {
      weight = try decoder.container(keyedBy: CodingKeys.self).decode(Double.self, forKey: .weight)
      law = try TrueLaw(from: decoder)
    }
  }

  private enum CodingKeys: String, CodingKey {
    case family, median, sigma, mean, sd, alpha, parts
    case low = "lo"
    case high = "hi"
    case least = "xm"
    case most = "truncated_at"
  }

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    func number(_ key: CodingKeys) throws -> Double { try fields.decode(Double.self, forKey: key) }
    let family = try fields.decode(String.self, forKey: .family)
    switch family {
    case "lognormal": self = .logNormal(median: try number(.median), sigma: try number(.sigma))
    case "normal": self = .normal(mean: try number(.mean), deviation: try number(.sd))
    case "exponential": self = .exponential(mean: try number(.mean))
    case "uniform": self = .uniform(low: try number(.low), high: try number(.high))
    case "pareto":
      self = .pareto(
        least: try number(.least), alpha: try number(.alpha), most: try number(.most))
    case "mixture":
      let parts = try fields.decode([Part].self, forKey: .parts)
      self = .mixture(parts.map { (weight: $0.weight, law: $0.law) })
    default:
      throw DecodingError.dataCorruptedError(
        forKey: .family, in: fields,
        debugDescription:
          "\(family) is none of lognormal, normal, exponential, uniform, pareto and mixture")
    }
  }
}
