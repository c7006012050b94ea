import JobWatchCore

/// One job after another, each polled as the ones before it taught; after a thousand all take longer, or less long.
struct Drift: Sendable {
  static let before = 1000
  /// By the jobs since the change.
  static let windows = [0..<20, 20..<50, 50..<100, 100..<300]
  static let types = ["createServer_4m", "dcs_create_7m", "wide_lognormal"]

  /// What is learned of a job's end.
  enum Source: String, CaseIterable, Sendable {
    /// The end time of its record.
    case exact
    /// That it lies between two polls.
    case interval
  }

  let name: String
  let source: Source
  let factor: Double
  let price: Double
  /// Cost ÷ least cost, mean over the jobs of each window.
  let ratios: [Double]

  init(_ type: PollingCase, from source: Source, factor: Double, price: Double, runs: Int) {
    name = type.name
    self.source = source
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
      var course = Course(type, from: source, price: price)
      for job in 0..<Self.before { course.run(type, isPlanned: job % 10 == 0, using: &random) }
      for (index, window) in windows.enumerated() {
        for _ in window {
          course.replan()
          costs[index] += exact.cost(exact.outcome(of: course.plan), at: price)
          course.run(later, isPlanned: false, using: &random)
        }
      }
    }
    ratios = zip(costs, windows).map { $0 / Double($1.count * runs) / least }
  }

  /// Jobs one after another, each polled by the plan that the ones before it led to.
  private struct Course {
    private var model = DurationModel()
    private(set) var plan: PollPlan
    private let source: Source
    private let price: Double
    private let horizon: Double

    init(_ type: PollingCase, from source: Source, price: Double) {
      self.source = source
      self.price = price
      horizon = type.horizon
      plan = PollPlan(law: model.law(), price: price)
    }

    mutating func replan() { plan = PollPlan(law: model.law(), price: price) }

    /// - Parameter isPlanned: where polls are learned from, a plan is made first.
    mutating func run(_ type: PollingCase, isPlanned: Bool, using random: inout SeededRandom) {
      let duration = type.sample(using: &random)
      guard source == .interval, let duration else {
        return model.learn(duration, horizon: horizon)
      }
      if isPlanned { replan() }
      var (low, high) = (0.0, plan.nextAge(after: 0))
      while high < duration { (low, high) = (high, plan.nextAge(after: high)) }
      model.finish(.between(low, high), of: WatchedSpan())
    }
  }
}
