/// The limits of the schedule: the most that a figure may be, by the number of jobs learned from.
enum PollingGoals {
  /// Cost ÷ least cost at the same price, mean over trainings.
  static func cost(_ type: PollingCase, price: Double, jobs: Int) -> Figure.Limit? {
    guard type.hungShare > 0 else { return most([20: 1.2, 100: 1.1, 1000: 1.05], jobs) }
    // One job in fifty hangs. A few jobs mostly teach whether one of them did, which decides much at a low price.
    return price < 5
      ? most([20: 1.6, 100: 1.35, 1000: 1.2], jobs) : most([20: 1.45, 100: 1.2, 1000: 1.08], jobs)
  }

  /// The same, of one training.
  static func singleCost(_ type: PollingCase, jobs: Int) -> Figure.Limit? {
    type.hungShare > 0
      ? most([20: 1.75, 100: 1.7, 1000: 1.25], jobs) : most([20: 1.45, 100: 1.2, 1000: 1.12], jobs)
  }

  /// Latency ÷ least latency at equal calls.
  static func latency(jobs: Int) -> Figure.Limit? {
    most([20: 1.55, 100: 1.25, 1000: 1.1], jobs)
  }

  /// Cost ÷ least cost after all jobs take twice as long, by the jobs since.
  static func slowed(_ window: Range<Int>) -> Figure.Limit? {
    most([20..<50: 1.7, 50..<100: 1.4, 100..<300: 1.15], window)
  }

  private static func most<Key>(_ bounds: [Key: Double], _ key: Key) -> Figure.Limit? {
    bounds[key].map(Figure.Limit.atMost)
  }
}
