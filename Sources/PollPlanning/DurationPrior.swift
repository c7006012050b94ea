/// The belief about a job type before any job of it has ended. It weighs as much as half a job.
struct DurationPrior: Hashable, Sendable {
  /// The share of jobs that end in each bucket of `AgeScale`; they make 1.
  let shares: [Double]

  private init(shares: [Double]) {
    let sum = shares.reduce(0, +)
    self.shares = shares.map { $0 / sum }
  }

  /// For an unknown type: nine in ten around 100 s, one in ten anywhere from a second to 24 days.
  static let generic = around(median: 100, sigma: 1.4)

  /// Nine in ten by a log-normal distribution, one in ten anywhere.
  /// - Parameters:
  ///   - median: seconds.
  ///   - sigma: the deviation of the natural logarithm; 0.4 is "within half as much and half as much again".
  static func around(median: Double, sigma: Double) -> DurationPrior {
    let below = AgeScale.edges.map { edge in
      edge > 0 ? ((edge / median).logarithm / sigma).normalShare : 0
    }
    let shares = zip(below.dropFirst(), below).map { $0 - $1 }
    return mixed(shares)
  }

  /// The distribution that another key has learned.
  static func learned(_ model: DurationModel) -> DurationPrior {
    var (left, shares) = (1.0, [Double]())
    for (rate, width) in zip(model.distribution().hazards, AgeScale.widths) {
      let stays = left * (-rate * width).exponential
      shares.append(left - stays)
      left = stays
    }
    return mixed(shares)
  }

  /// The beliefs of several keys together, each with its weight.
  static func pooled(_ beliefs: [(prior: DurationPrior, weight: Double)]) -> DurationPrior {
    var shares = Array(repeating: 0.0, count: AgeScale.count)
    for (prior, weight) in beliefs {
      for bucket in shares.indices { shares[bucket] += weight * prior.shares[bucket] }
    }
    return DurationPrior(shares: shares)
  }

  /// A tenth is spread evenly, because an age without belief would be learned too late.
  private static func mixed(_ shares: [Double]) -> DurationPrior {
    let sum = shares.reduce(0, +)
    return DurationPrior(shares: shares.map { 0.9 * $0 / sum + 0.1 / Double(AgeScale.count) })
  }
}
