/// How much of the schedule is measured.
struct PollingScale: Sendable {
  /// Numbers of jobs that were learned from, each with the number of trainings. A figure is the mean over those.
  var trainings: [(jobs: Int, sets: Int)]
  var driftRuns: Int
  var firstLookSets: Int
  /// Seconds a call. Figures "at equal calls" lie on the curve through their outcomes. The last ones are those at which
  /// costs are compared.
  let prices = Array(sequence(first: 0.004) { $0 < 400 ? $0 * 1.4 : nil }) + PollingCase.prices

  static let full = PollingScale(
    trainings: [(0, 1), (5, 60), (20, 60), (100, 40), (1000, 16)],
    driftRuns: 12, firstLookSets: 40)
  static let quick = PollingScale(
    trainings: [(0, 1), (5, 20), (20, 20), (100, 16), (1000, 6)],
    driftRuns: 4, firstLookSets: 16)
}
