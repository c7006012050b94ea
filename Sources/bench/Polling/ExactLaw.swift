import Glibc
import JobWatchCore
import PollPlanning

/// A known law on a fine grid of ages, on which every schedule is judged without chance.
struct ExactLaw: Sendable {
  let horizon: Double
  let hungShare: Double
  /// Seconds.
  let mean: Double
  /// As the planner takes it.
  let law: DurationDistribution
  private let ages: [Double]
  private let survival: [Double]
  private let lived: [Double]

  private static let step = 0.05
  private static let even = 3600.0
  private static let octaves = log(86_400.0 / even) / 20_000

  init(_ law: TrueLaw, hungShare: Double = 0, horizon: Double = 86_400) {
    self.horizon = horizon
    self.hungShare = hungShare
    ages = Self.grid(to: horizon)
    var (least, survival, lived) = (1.0, [1.0], [0.0])
    var mean = 0.0
    for (before, age) in zip(ages, ages.dropFirst()) {
      let was = least
      least = min(least, max(law.survival(at: age), 0))
      mean += 0.5 * (was + least) * (age - before)
      let (high, low) = (survival[survival.count - 1], hungShare + (1 - hungShare) * least)
      lived.append(lived[lived.count - 1] + 0.5 * (high + low) * (age - before))
      survival.append(low)
    }
    self.survival = survival
    self.lived = lived
    self.mean = mean
    self.law = Self.law(ages, survival)
  }

  private static func law(_ ages: [Double], _ survival: [Double]) -> DurationDistribution {
    let rates = ages.indices.dropFirst().map { index in
      let (high, low) = (max(survival[index - 1], 1e-15), max(survival[index], 1e-15))
      return max(log(high / low) / (ages[index] - ages[index - 1]), 1e-15)
    }
    return DurationDistribution(edges: ages, hazards: rates)
  }

  init(_ type: PollingCase) {
    self.init(type.law, hungShare: type.hungShare, horizon: type.horizon)
  }

  private static func grid(to horizon: Double) -> [Double] {
    let even = (0..<Int(Self.even / step)).map { Double($0) * step }
    let later = stride(
      from: 0, through: log(max(horizon, Self.even) / Self.even) + 1e-12, by: octaves
    )
    .map { Self.even * exp($0) }
    let ages = (even + later).filter { $0 < horizon - 1e-9 }
    return ages + [horizon]
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

  /// The best there is at a price.
  func optimum(at price: Double) -> Outcome {
    var detail = PollPlan.Detail()
    (detail.perGap, detail.lookAhead, detail.horizon, detail.most) = (40, 12, horizon, .max)
    return outcome(of: PollPlan(distribution: law, price: price, detail: detail))
  }

  func cost(_ outcome: Outcome, at price: Double) -> Double {
    (1 - hungShare) * outcome.latency + price * outcome.calls
  }

  private func at(_ age: Double) -> (survival: Double, lived: Double) {
    let place =
      age < Self.even
      ? age / Self.step
      : (Self.even / Self.step).rounded(.down) + log(age / Self.even) / Self.octaves
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

  static func mean(_ outcomes: [Outcome]) -> Outcome {
    let count = Double(max(outcomes.count, 1))
    return Outcome(
      calls: outcomes.reduce(0) { $0 + $1.calls } / count,
      latency: outcomes.reduce(0) { $0 + $1.latency } / count)
  }
}
