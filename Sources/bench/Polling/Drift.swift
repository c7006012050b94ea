import JobWatchCore
import PollPlanning
import TestSupport

/// One job after another, each polled as the ones before it taught. After a thousand all take longer, or less long.
struct Drift: Sendable {
  /// How the model learns of a job's end.
  private enum Source: String, CaseIterable, Sendable {
    /// By the end time in its record.
    case exact
    /// By the two polls between which it lies.
    case interval
  }

  private static let before = 1000
  /// By the jobs since the change.
  private static let windows = [0..<20, 20..<50, 50..<100, 100..<300]
  private static let types = ["createServer_4m", "dcs_create_7m", "wide_lognormal"]

  private let type: PollingCase
  private let source: Source
  private let factor: Double
  private let price: Double

  /// Of jobs that take twice and half as long, at two prices.
  static func figures(runs: Int) -> [Figure] {
    PollingCase.all.filter { types.contains($0.name) }.flatMap { type in
      Source.allCases.flatMap { source in
        [2, 0.5].flatMap { factor in
          [1, 5].flatMap {
            Drift(type: type, source: source, factor: factor, price: $0).figures(runs: runs)
          }
        }
      }
    }
  }

  private func figures(runs: Int) -> [Figure] {
    zip(Self.windows, ratios(runs: runs)).map { window, ratio in
      let place = "\(type.name) × \(factor), \(source.rawValue), c = \(Int(price))"
      let since = "jobs \(window.lowerBound) to \(window.upperBound) since"
      return Figure(
        name: "cost ÷ least, \(place), \(since)",
        cell: .init(
          table: "Cost ÷ least cost by the jobs since all take so many times as long", row: place,
          column: since), value: ratio, unit: "×",
        limit: factor > 1 && source == .exact ? PollingGoals.slowed(window) : nil)
    }
  }

  /// Cost ÷ least cost, mean over the jobs of each window.
  private func ratios(runs: Int) -> [Double] {
    var later = type
    later.law = .scaled(type.law, by: factor)
    let exact = ExactLaw(later)
    let least = exact.cost(exact.optimum(at: price), at: price)
    var costs = Self.windows.map { _ in 0.0 }
    for run in 0..<runs {
      var random = SeededGenerator(UInt64(77 + run))
      var course = Course(type, from: source, price: price)
      for job in 0..<Self.before { course.run(type, isPlanned: job % 10 == 0, using: &random) }
      for (index, window) in Self.windows.enumerated() {
        for _ in window {
          course.replan()
          costs[index] += exact.cost(exact.outcome(of: course.plan), at: price)
          course.run(later, isPlanned: false, using: &random)
        }
      }
    }
    return zip(costs, Self.windows).map { $0 / Double($1.count * runs) / least }
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
      plan = PollPlan(distribution: model.distribution(), price: price)
    }

    mutating func replan() { plan = PollPlan(distribution: model.distribution(), price: price) }

    /// - Parameter isPlanned: where polls are learned from, a plan is made first.
    mutating func run(_ type: PollingCase, isPlanned: Bool, using random: inout SeededGenerator) {
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
