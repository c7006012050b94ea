import JobWatchCore

/// One job after another, each polled as the ones before it taught; after a thousand all take longer, or less long.
struct Drift: Sendable {
  static let before = 1000
  /// By the jobs since the change.
  static let windows = [0..<20, 20..<50, 50..<100, 100..<300]
  static let types = ["createServer_4m", "dcs_create_7m", "wide_lognormal"]

  let name: String
  let factor: Double
  let price: Double
  /// Cost ÷ least cost, mean over the jobs of each window.
  let ratios: [Double]

  init(_ type: PollingCase, factor: Double, price: Double, runs: Int) {
    name = type.name
    self.factor = factor
    self.price = price
    var later = type
    later.law = type.law.scaled(by: factor)
    let exact = ExactLaw(later)
    let least = exact.cost(exact.optimum(at: price), at: price)
    let windows = Self.windows
    var costs = windows.map { _ in 0.0 }
    for run in 0..<runs {
      var random = SeededRandom(UInt64(77 + run))
      var model = type.trained(on: (0..<Self.before).map { _ in type.sample(using: &random) })
      for (index, window) in windows.enumerated() {
        for _ in window {
          let plan = PollPlan(law: model.law(), price: price)
          costs[index] += exact.cost(exact.outcome(of: plan), at: price)
          model.learn(later.sample(using: &random), horizon: later.horizon)
        }
      }
    }
    ratios = zip(costs, windows).map { $0 / Double($1.count * runs) / least }
  }
}
