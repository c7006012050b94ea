/// The ended jobs, forgotten at one pace, and how well four widths of smoothing would have foretold each of them.
struct DurationMemory: Hashable, Sendable {
  /// Jobs that ended, by bucket of `AgeScale`.
  var ended: [Float]
  /// The difference between the jobs at risk of ending in a bucket and the ended and running jobs summed from it on: less
  /// for time that is forgotten or was not watched, more for jobs that were given up.
  var watched: [Float]
  /// The logarithms of the shares that were foretold, summed and slowly forgotten; one for each of `reaches`.
  var scores: SIMD4<Float>

  /// The scales, in buckets, of the four two-sided exponential kernels: 1 % to 48 % of an age.
  static let reaches = SIMD4<Double>(0.5, 2, 6, 18)
  /// The share of a kernel that is left one bucket on.
  private static let decay = reaches.mapped { (-1 / $0).exponential }
  private static let scoreKept: Float = 0.97

  init() {
    ended = Array(repeating: 0, count: AgeScale.count)
    watched = ended
    scores = .zero
  }

  /// Scores the four kernels by a job that ended.
  mutating func score(_ share: BucketShare, prior: DurationPrior) {
    let weight = DurationModel.priorWeight
    let believed = share.sum { prior.shares[$0] }
    let count = ended.reduce(0.0) { $0 + Double($1) }
    let foretold = (expected(share) + weight * believed) / (count + weight)
    scores = Self.scoreKept * scores + SIMD4<Float>(foretold.mapped { ($0 + 1e-12).logarithm })
  }

  /// Forgets a little of everything, the time for which the running jobs were watched included.
  mutating func fade(to kept: Float, running: [Float]) {
    for bucket in ended.indices {
      ended[bucket] *= kept
      watched[bucket] = kept * (watched[bucket] + running[bucket]) - running[bucket]
    }
  }

  mutating func add(_ share: BucketShare) {
    for (bucket, weight) in zip(share.first..., share.weights) { ended[bucket] += Float(weight) }
  }

  // The first bucket is as wide as the next 32: no kernel reaches across its edge.

  /// The number of ended jobs that each kernel puts into the share of the buckets.
  private func expected(_ share: BucketShare) -> SIMD4<Double> {
    let decay = Self.decay
    var (sum, below, above) = (SIMD4<Double>.zero, SIMD4<Double>.zero, SIMD4<Double>.zero)
    for bucket in 1..<max(1, share.end) {
      below = below * decay + Double(ended[bucket])
      if bucket >= share.first { sum += below * share.weights[bucket - share.first] }
    }
    for bucket in (max(1, share.first)..<ended.count).reversed() {
      if bucket < share.end { sum += above * share.weights[bucket - share.first] }
      above = (above + Double(ended[bucket])) * decay
    }
    let first = share.first == 0 ? share.weights[0] * Double(ended[0]) : 0
    return sum * (1 - decay) / (1 + decay) + first
  }

  func addSmoothed(_ weights: SIMD4<Double>, to events: inout [Double]) {
    let decay = Self.decay
    var smooth = Array(repeating: SIMD4<Double>.zero, count: ended.count)
    var (count, spread) = (0.0, SIMD4<Double>.zero)
    var (below, above) = (SIMD4<Double>.zero, SIMD4<Double>.zero)
    for bucket in 1..<ended.count {
      below = below * decay + Double(ended[bucket])
      smooth[bucket] = below
      count += Double(ended[bucket])
    }
    for bucket in (1..<ended.count).reversed() {
      smooth[bucket] += above
      spread += smooth[bucket]
      above = (above + Double(ended[bucket])) * decay
    }
    events[0] += weights.sum() * Double(ended[0])
    guard count > 0 else { return }
    // The part that a kernel puts beyond the ends of the scale stays on it.
    let scale = weights * count / spread
    for bucket in 1..<events.count { events[bucket] += (smooth[bucket] * scale).sum() }
  }
}

/// One ended job, spread over neighbouring buckets where its end is not known exactly.
struct BucketShare {
  var first: Int
  /// They make 1.
  var weights: [Double]

  var end: Int { first + weights.count }

  func sum(_ value: (Int) -> Double) -> Double {
    zip(first..., weights).reduce(0) { $0 + $1.1 * value($1.0) }
  }
}

extension SIMD4<Double> {
  func mapped(_ change: (Double) -> Double) -> SIMD4<Double> { SIMD4(change(x), change(y), change(z), change(w)) }
}
