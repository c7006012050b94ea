import JobWatchCore
import PollPlanning
import TestSupport

/// One job after another, each polled as the ones before it taught. After a thousand all take twice as long.
enum Drift {
  private static let types = ["createServer_4m", "dcs_create_7m", "wide_lognormal"]
  private static let before = 1000
  /// By the jobs since the change, with the most of cost ÷ least cost.
  private static let windows = [(20..<50, 1.7), (50..<100, 1.4), (100..<300, 1.15)]

  static func figures(runs: Int) -> [Figure] {
    JobType.single.filter { types.contains($0.name) }.flatMap { type in
      [1.0, 5].flatMap { price in
        zip(windows, ratios(type, price: price, runs: runs)).map { window, ratio in
          Figure(
            "cost ÷ least, \(type.name) × 2.0, exact, c = \(Int(price)), "
              + "jobs \(window.0.lowerBound) to \(window.0.upperBound) since", ratio, "×", atMost: window.1)
        }
      }
    }
  }

  /// Cost ÷ least cost, mean over the jobs of each window.
  private static func ratios(_ type: JobType, price: Double, runs: Int) -> [Double] {
    var later = type
    later.distribution = type.distribution.scaled(by: 2)
    let grid = DistributionGrid(later.distribution)
    let least = grid.cost(grid.optima(at: [price])[0], at: price)
    var costs = windows.map { _ in [Double]() }
    for run in 0..<runs {
      var random = SeededGenerator(UInt64(77 + run))
      var model = DurationModel()
      for _ in 0..<before { model.learn(type.sample(using: &random), horizon: type.horizon) }
      for job in 0..<300 {
        if let window = windows.firstIndex(where: { $0.0.contains(job) }) {
          let plan = PollPlan(distribution: model.distribution(), price: price)
          costs[window].append(grid.cost(grid.outcome(of: plan), at: price))
        }
        model.learn(later.sample(using: &random), horizon: type.horizon)
      }
    }
    return costs.map { $0.mean / least }
  }
}
