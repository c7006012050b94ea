import Glibc
import JobWatchCore
import TestSupport
import Testing

@testable import PollPlanning

extension DurationDistribution {
  /// Of durations that are as likely anywhere between two ages.
  static func uniform(_ low: Double, _ high: Double, cells: Int = 2000) -> DurationDistribution {
    let ages = (0..<cells).map { low + (high - low) * Double($0) / Double(cells) }
    let rates = zip(ages, ages.dropFirst()).map { log((high - $0) / (high - $1)) / ($1 - $0) }
    return DurationDistribution(edges: [0] + ages + [high], hazards: [0] + rates + [10])
  }

  /// Up to twenty cells of rates that lie decades apart, or are zero.
  static func random(_ random: inout SeededGenerator) -> DurationDistribution {
    let cells = Int.random(in: 1...20, using: &random)
    var (edges, rates) = ([0.0], [Double]())
    for _ in 0..<cells {
      edges.append(edges[edges.count - 1] + exp(Double.random(in: -2...9, using: &random)))
      let isIdle = Int.random(in: 0..<4, using: &random) == 0
      rates.append(isIdle ? 0 : exp(Double.random(in: -12...1, using: &random)))
    }
    return DurationDistribution(edges: edges, hazards: rates)
  }

  /// Of the jobs that end before the age: the sum of survival over the seconds up to it.
  func lived(to age: Double) -> Double {
    let steps = 100_000
    let width = age / Double(steps)
    return (0..<steps).reduce(0.0) { $0 + survival(at: (Double($1) + 0.5) * width) * width }
  }

  /// The mean number of calls of a schedule, and of seconds up to the call that finds the end.
  func outcome(of polls: [Double]) -> (calls: Double, found: Double) {
    zip([0] + polls, polls).reduce((0, 0)) { sum, gap in
      let share = survival(at: gap.0)
      return (sum.0 + share, sum.1 + share * (gap.1 - gap.0))
    }
  }
}

@Suite struct `A plan of polls` {
  static let fine = {
    var detail = PollPlan.Detail()
    (detail.perGap, detail.lookAhead) = (100, 3)
    return detail
  }()

  /// Barlow, Hunter and Proschan's recursion for this distribution.
  @Test(
    "has gaps that shrink by the price where the end is as likely at any age", arguments: [5.0, 20])
  func uniform(_ price: Double) throws {
    let plan = PollPlan(distribution: .uniform(60, 600), price: price, bounds: PollBounds(), detail: Self.fine)
    let polls = plan.schedule(until: 600)
    let gaps = zip(polls, polls.dropFirst()).map { $1 - $0 }
    try #require(gaps.count > 3)
    let shrunk = zip(gaps, gaps.dropFirst()).dropLast().map { $0 - $1 }
    #expect(shrunk.allSatisfy { abs($0 - price) < 0.12 * price })
    if price == 5 { #expect(abs(gaps[0] - 65.9) < 0.5) }
  }

  @Test("has one gap for jobs without memory", arguments: [1.0, 5, 60])
  func exponential(_ price: Double) {
    let rate = 1.0 / 300
    // Of e^(rate·gap) − rate·gap − 1 = rate·price, by halving.
    var (low, high) = (0.0, 3000.0)
    for _ in 0..<60 {
      let gap = (low + high) / 2
      if exp(rate * gap) - rate * gap - 1 < rate * price { low = gap } else { high = gap }
    }
    let plan = PollPlan(
      distribution: DurationDistribution(edges: [0, 1e5], hazards: [rate]), price: price,
      bounds: PollBounds(), detail: Self.fine)
    let polls = plan.schedule(until: 1200)
    #expect(zip([0] + polls, polls).allSatisfy { abs($1 - $0 - low) < 0.02 * low })
  }

  @Test func `rises, within its bounds, for any distribution, price and age`() {
    var random = SeededGenerator(11)
    for _ in 0..<60 {
      let floor = exp(Double.random(in: -2...5, using: &random))
      let ceiling = Bool.random(using: &random) ? floor : exp(Double.random(in: -2...9, using: &random))
      let bounds = PollBounds(floor: floor, ceiling: ceiling)
      let plan = PollPlan(
        distribution: .random(&random), price: exp(Double.random(in: -9...6, using: &random)), bounds: bounds)
      let ages = [0] + (0..<50).map { _ in exp(Double.random(in: -2...13, using: &random)) }
      let gaps = ages.flatMap {
        [plan.nextAge(after: $0) - $0, plan.gap(after: $0, jitterSeed: 7).seconds]
      }
      let slack = 1e-9 * (ages.max() ?? 0) + 1e-3
      #expect(gaps.allSatisfy { $0 >= min(floor, ceiling) - slack && $0 <= ceiling + slack })
      #expect(plan.calls.isFinite && plan.calls >= 1 - 1e-9)
      #expect(plan.meanLatency.isFinite && plan.meanLatency >= 0)
    }
  }

  @Test func `costs no more than any fixed gap`() {
    var random = SeededGenerator(12)
    for _ in 0..<20 {
      let law = DurationDistribution.random(&random)
      let price = exp(Double.random(in: 0...5, using: &random))
      let plan = PollPlan(distribution: law, price: price)
      // What has not ended after a day is given up.
      let cost = { (polls: [Double]) in
        let (calls, found) = law.outcome(of: polls.filter { $0 < 86_400 } + [86_400])
        return price * calls + found
      }
      let planned = cost(plan.schedule(until: 86_400))
      let fixed = [10.0, 30, 60, 300, 1800, 3600].map { gap in
        cost(Array(stride(from: gap, to: 86_400, by: gap)))
      }
      #expect(fixed.allSatisfy { planned <= 1.02 * $0 })
    }
  }

  @Test func `foretells its calls and its latency`() {
    for law in [
      DurationDistribution.uniform(60, 600),
      DurationDistribution(edges: [0, 1e5], hazards: [0.01]),
    ] {
      let plan = PollPlan(distribution: law, price: 5)
      let (calls, found) = law.outcome(of: plan.schedule(until: 2000))
      #expect(abs(plan.calls - calls) < 0.01 * calls)
      #expect(abs(plan.meanLatency - (found - law.lived(to: 2000))) < 0.02 * plan.meanLatency)
    }
  }

  @Test
  func `is moved by at most a tenth of the shorter gap, alike after a restart, apart between jobs`() {
    let law = DurationDistribution.uniform(60, 600)
    let (plan, again) = (PollPlan(distribution: law, price: 5), PollPlan(distribution: law, price: 5))
    let known = plan.nextAge(after: 0)
    let next = plan.nextAge(after: known)
    let shorter = min(next - known, plan.nextAge(after: next) - next)
    let salts = (0..<200).map {
      JobKey(account: "prod", service: "ecs", jobID: "job\($0)").jitterSeed
    }
    let ages = salts.map { known + plan.gap(after: known, jitterSeed: $0).seconds }
    #expect(ages.allSatisfy { abs($0 - next) <= 0.1 * shorter + 1e-3 })
    #expect(ages == salts.map { known + again.gap(after: known, jitterSeed: $0).seconds })
    #expect(Set(ages).count > 190)
    #expect((ages.max() ?? 0) - (ages.min() ?? 0) > 0.15 * shorter)
  }

  @Test func `keeps to what the configuration and the retention allow`() {
    let bounds = PollPolicy(floor: .seconds(2), ceiling: .hours(12))
      .bounds(RetentionPolicy(finished: .days(1)))
    #expect(bounds == PollBounds(floor: 2, ceiling: 6 * 3600))
    #expect(PollBounds(floor: 60, ceiling: 10) == PollBounds(floor: 10, ceiling: 10))
  }
}

extension PollPlan {
  /// The ages of all polls of a job that does not end, up to the first that is not before the horizon.
  func schedule(until horizon: Double) -> [Double] {
    var (polls, age) = ([Double](), 0.0)
    while age < horizon {
      age = nextAge(after: age)
      polls.append(age)
    }
    return polls
  }
}
