/// What the schedule is held to: the most that a figure may be, by the number of jobs learned from.
enum PollingGoals {
  /// Cost ÷ least cost at the same price, mean over trainings.
  static func cost(_ type: PollingCase, price: Double, jobs: Int) -> Double? {
    guard type.hungShare > 0 else { return [20: 1.2, 100: 1.1, 1000: 1.05][jobs] }
    // One end in fifty jobs, against the price of one call: what a few jobs teach is mostly whether one hung.
    return price < 5
      ? [20: 1.6, 100: 1.35, 1000: 1.2][jobs] : [20: 1.45, 100: 1.2, 1000: 1.08][jobs]
  }

  /// The same, of one training.
  static func singleCost(_ type: PollingCase, jobs: Int) -> Double? {
    type.hungShare > 0
      ? [20: 1.75, 100: 1.7, 1000: 1.25][jobs] : [20: 1.45, 100: 1.2, 1000: 1.12][jobs]
  }

  /// Latency ÷ least latency at equal calls.
  static func latency(jobs: Int) -> Double? { [20: 1.55, 100: 1.25, 1000: 1.1][jobs] }

  /// Seconds, of ten types together, at the calls of a fixed gap of 10 s, after 100 jobs of each type.
  static let portfolio = 2.1

  /// Of ten types together without any training, to a fixed gap at equal calls.
  static let cold = 1.1

  /// Cost ÷ least cost after all jobs take twice as long, by the jobs since.
  static let slowed: [Range<Int>: Double] = [20..<50: 1.7, 50..<100: 1.4, 100..<300: 1.15]

  /// What the product's own planner finds to be the least cost, to what an independent program found.
  static let agreement = 1.01

  /// Milliseconds, milliseconds and microseconds.
  static let (plan, observe, nextPoll) = (2.0, 0.2, 5.0)
}
