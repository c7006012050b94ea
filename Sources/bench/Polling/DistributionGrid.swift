import Glibc
import PollPlanning

/// A known distribution on a fine grid of ages, on which every schedule is judged without chance.
struct DistributionGrid: Sendable {
  let hungShare: Double
  private let horizon: Double
  private let ages: [Double]
  /// The share of jobs that take longer than each age.
  private let survival: [Double]
  /// That share summed over the seconds up to each age.
  private let lived: [Double]

  /// Steps of 0.05 s up to an hour, and then so many equal factors up to a day.
  private static let (step, even) = (0.05, 3600.0)
  private static let growth = log(86_400.0 / even) / 20_000

  /// - Parameters:
  ///   - hungShare: of jobs that never end.
  ///   - horizon: seconds, at which a job that has not ended is given up.
  init(_ distribution: KnownDistribution, hungShare: Double = 0, horizon: Double = 86_400) {
    (self.horizon, self.hungShare) = (horizon, hungShare)
    ages = Self.ages(to: horizon)
    var (least, survival, lived) = (1.0, [1.0], [0.0])
    for (before, age) in zip(ages, ages.dropFirst()) {
      least = min(least, max(distribution.survival(age), 0))
      let (high, low) = (survival[survival.count - 1], hungShare + (1 - hungShare) * least)
      lived.append(lived[lived.count - 1] + 0.5 * (high + low) * (age - before))
      survival.append(low)
    }
    (self.survival, self.lived) = (survival, lived)
  }

  private static func ages(to horizon: Double) -> [Double] {
    let first = (0..<Int(even / step)).map { Double($0) * step }
    let last = log(max(horizon, even) / even) + 1e-12
    let later = stride(from: 0, through: last, by: growth).map { even * exp($0) }
    return (first + later).filter { $0 < horizon - 1e-9 } + [horizon]
  }

  /// As the planner takes it.
  var distribution: DurationDistribution {
    let rates = ages.indices.dropFirst().map { index in
      let (high, low) = (max(survival[index - 1], 1e-15), max(survival[index], 1e-15))
      return max(log(high / low) / (ages[index] - ages[index - 1]), 1e-15)
    }
    return DurationDistribution(edges: ages, hazards: rates)
  }

  /// The calls and the latency of a schedule. A last poll at the horizon finds whatever has not ended.
  func outcome(_ next: (Double) -> Double) -> Outcome {
    var (age, here) = (0.0, at(0))
    var (calls, late) = (0.0, 0.0)
    while age < horizon, here.survival > 1e-10 {
      let poll = min(next(age), horizon)
      let there = at(poll)
      calls += here.survival
      late += (poll - age) * here.survival - (there.lived - here.lived)
      (age, here) = (poll, there)
    }
    return Outcome(calls: calls, latency: late / (1 - hungShare))
  }

  func outcome(of plan: PollPlan) -> Outcome { outcome { plan.nextAge(after: $0) } }

  func optima(at prices: [Double]) -> [Outcome] {
    let distribution = distribution
    return prices.map {
      outcome(
        of: PollPlan(distribution: distribution, price: $0, horizon: horizon, isExact: true))
    }
  }

  func cost(_ outcome: Outcome, at price: Double) -> Double {
    (1 - hungShare) * outcome.latency + price * outcome.calls
  }

  private func at(_ age: Double) -> (survival: Double, lived: Double) {
    let place =
      age < Self.even ? age / Self.step : (Self.even / Self.step).rounded(.down) + log(age / Self.even) / Self.growth
    let index = min(Int(place), ages.count - 2)
    let part = min(max((age - ages[index]) / (ages[index + 1] - ages[index]), 0), 1)
    return (
      survival[index] + part * (survival[index + 1] - survival[index]),
      lived[index] + part * (lived[index + 1] - lived[index])
    )
  }
}

/// The calls and the latency of a schedule, per job.
struct Outcome: Sendable {
  var calls = 0.0
  /// Mean seconds from the end to the poll that finds it, of jobs that end.
  var latency = 0.0
}

extension [Outcome] {
  /// Of none it is no number.
  var mean: Outcome { Outcome(calls: map(\.calls).mean, latency: map(\.latency).mean) }

  /// Of the outcomes of one way of polling at many prices: the latency, at so many calls, of the best mixture of them.
  /// Nil: each takes more calls.
  func latency(atCalls calls: Double) -> Double? {
    let hull = hull
    guard let first = hull.first, calls >= first.calls else { return nil }
    guard let index = hull.firstIndex(where: { $0.calls > calls }) else { return hull.last?.latency }
    let (low, high) = (hull[index - 1], hull[index])
    let part = (calls - low.calls) / (high.calls - low.calls)
    return low.latency + part * (high.latency - low.latency)
  }

  /// The lower convex hull, by calls: the latency falls, ever more slowly.
  private var hull: [Outcome] {
    var hull: [Outcome] = []
    for point in sorted(by: { ($0.calls, $0.latency) < ($1.calls, $1.latency) }) {
      if let last = hull.last, point.latency >= last.latency { continue }
      while hull.count > 1 {
        let (low, middle) = (hull[hull.count - 2], hull[hull.count - 1])
        let isBelow =
          (middle.latency - low.latency) * (point.calls - low.calls)
          < (point.latency - low.latency) * (middle.calls - low.calls)
        if isBelow { break }
        hull.removeLast()
      }
      hull.append(point)
    }
    return hull
  }
}
