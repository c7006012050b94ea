import JobWatchCore
import PollPlanning

/// The quality of the learned schedule of one job type, by the number of jobs that it was learned from.
struct TypeQuality: Sendable {
  /// Seconds a call, at which costs are compared.
  private static let prices = [1.0, 5, 20]
  /// Of the curves that tell the latency at so many calls.
  private static let curvePrices = Array(sequence(first: 0.004) { $0 < 400 ? $0 * 1.4 : nil })

  private let type: JobType
  private let grid: DistributionGrid
  /// At each of `prices`.
  private let leastCosts: [Double]
  /// One for each of `curvePrices` and `prices`.
  private let optima: [Outcome]
  private let peers: [Outcome]
  /// The outcomes are like the optima: each is the mean over the trainings.
  private let learned: [(jobs: Int, outcomes: [Outcome])]

  init(_ type: JobType, isQuick: Bool) {
    // The numbers of jobs that are learned from, each with the number of times.
    let trainings = isQuick ? [(0, 1), (20, 20), (100, 16), (1000, 6)] : [(0, 1), (20, 60), (100, 40), (1000, 16)]
    let prices = Self.curvePrices + Self.prices
    let grid = DistributionGrid(type.distribution, hungShare: type.hungShare, horizon: type.horizon)
    (self.type, self.grid) = (type, grid)
    optima = grid.optima(at: prices)
    leastCosts = Self.costs(optima, grid)
    peers = Peer.all.map { grid.outcome($0.next) }
    learned = trainings.map { jobs, count in
      let sets = (0..<count).map { set in
        let samples = type.samples(jobs, seed: UInt64(1000 * jobs + set))
        let distribution = DurationModel(samples, horizon: type.horizon).distribution()
        return prices.map {
          grid.outcome(of: PollPlan(distribution: distribution, price: $0))
        }
      }
      return (jobs, prices.indices.map { price in sets.map { $0[price] }.mean })
    }
  }

  /// At each of `prices`, which are the last of all.
  private static func costs(_ outcomes: [Outcome], _ grid: DistributionGrid) -> [Double] {
    zip(outcomes.suffix(prices.count), prices).map { grid.cost($0, at: $1) }
  }

  var figures: [Figure] { agreements + costs + latencies }

  /// The least cost that the product's planner finds, against the one that an independent program found.
  private var agreements: [Figure] {
    zip(Self.prices, zip(leastCosts, type.leastCosts)).map { price, costs in
      Figure(
        "least cost to its known value, \(type.name), c = \(Int(price))",
        max(costs.0 / costs.1, costs.1 / costs.0), "×",
        detail: "\(costs.0.threeDigits) s, known \(costs.1.threeDigits) s", atMost: 1.01)
    }
  }

  private var costs: [Figure] {
    learned.flatMap { jobs, outcomes in
      zip(zip(Self.prices, leastCosts), Self.costs(outcomes, grid)).compactMap { least, cost in
        type.mostCost(price: least.0, jobs: jobs).map { most in
          Figure("cost ÷ least, \(type.name), n = \(jobs), c = \(Int(least.0))", cost / least.1, "×", atMost: most)
        }
      }
    }
  }

  private var latencies: [Figure] {
    zip(Peer.all, peers).flatMap { peer, outcome in
      learned.compactMap { jobs, outcomes in
        guard let most = [20: 1.55, 100: 1.25, 1000: 1.1][jobs], let least = optima.latency(atCalls: outcome.calls)
        else { return nil }
        // The best schedule alone may be able to do with so few calls.
        let latency = outcomes.latency(atCalls: outcome.calls) ?? .nan
        return Figure(
          "latency ÷ least at the calls of \(peer.name), \(type.name), n = \(jobs)",
          latency / least, "×",
          detail: "\(latency.threeDigits) s; \(peer.name): \(outcome.latency.threeDigits) s", atMost: most)
      }
    }
  }

  /// All types together, the same number of jobs of each, under one price: against others at the calls of each.
  static func together(_ types: [TypeQuality]) -> [Figure] {
    func figure(_ index: Int, jobs: Int) -> Figure {
      let (peer, theirs) = (Peer.all[index].name, types.map { $0.peers[index] }.mean)
      let outcomes = types.compactMap { $0.learned.first { $0.jobs == jobs }?.outcomes }
      let means = (outcomes.first ?? []).indices.map { price in outcomes.map { $0[price] }.mean }
      let latency = means.latency(atCalls: theirs.calls) ?? .nan
      let name = "ten types at the calls of \(peer), n = \(jobs)"
      return jobs == 0
        ? Figure("\(name), to its latency", latency / theirs.latency, "×", atMost: 1.1)
        : Figure(name, latency, "s", detail: "\(peer): \(theirs.latency.threeDigits) s", atMost: 2.1)
    }
    return Peer.all.indices.filter { Peer.all[$0].name.hasPrefix("fixed") }.flatMap { index in
      [figure(index, jobs: 0)] + (Peer.all[index].name == "fixed 10s" ? [figure(index, jobs: 100)] : [])
    }
  }
}

// MARK: Given trainings

/// `{"scenarios": [{"name": "uniform", "training": [{"durations": [61.5, null]}]}]}`: samples that another program drew,
/// in seconds; null is a job that never ends.
struct Scenarios: Decodable {
  struct Scenario: Decodable {
    struct Training: Decodable { var durations: [Double?] }

    var name: String
    var training: [Training]
  }

  var scenarios: [Scenario]
}

extension TypeQuality {
  /// Cost ÷ least cost of each training, at each price.
  func figures(_ scenarios: Scenarios) -> [Figure] {
    let trainings = scenarios.scenarios.first { $0.name == type.name }?.training ?? []
    return trainings.enumerated().flatMap { number, training in
      let model = DurationModel(training.durations, horizon: type.horizon)
      let distribution = model.distribution()
      return zip(Self.prices, leastCosts).map { price, least in
        let plan = PollPlan(distribution: distribution, price: price)
        return Figure(
          "cost ÷ least, \(type.name), training \(number + 1), c = \(Int(price))",
          grid.cost(grid.outcome(of: plan), at: price) / least, "×", detail: "\(training.durations.count) jobs",
          atMost: type.mostSingleCost(jobs: training.durations.count))
      }
    }
  }
}

extension JobType {
  /// Of cost ÷ least cost at the same price, mean over trainings; nil: no limit for so many jobs.
  fileprivate func mostCost(price: Double, jobs: Int) -> Double? {
    guard hungShare > 0 else { return [20: 1.2, 100: 1.1, 1000: 1.05][jobs] }
    // One job in fifty hangs. A few jobs mostly teach whether one of them did, which decides much at a low price.
    return price < 5 ? [20: 1.6, 100: 1.35, 1000: 1.2][jobs] : [20: 1.45, 100: 1.2, 1000: 1.08][jobs]
  }

  /// The same, of one training.
  fileprivate func mostSingleCost(jobs: Int) -> Double? {
    hungShare > 0 ? [20: 1.75, 100: 1.7, 1000: 1.25][jobs] : [20: 1.45, 100: 1.2, 1000: 1.12][jobs]
  }
}

/// A way of polling that knows nothing of the job, as others do it.
private struct Peer: Sendable {
  var name: String
  /// The age of the next poll, after the one at this age, in seconds.
  var next: @Sendable (Double) -> Double

  static let all =
    [5, 10, 15, 30].map { gap in Peer(name: "fixed \(gap)s") { $0 + Double(gap) } } + [
      Peer(name: "terraform 10+5s") { $0 < 10 ? 10 : $0 + 5 }, backoff(by: 1.5, to: 30), backoff(by: 2, to: 120),
    ]

  /// From 2 s on.
  private static func backoff(by factor: Double, to most: Double) -> Peer {
    let ages = Array(
      sequence(state: (age: 0.0, gap: 2.0)) { state -> Double? in
        guard state.gap < most else { return nil }
        state.age += state.gap
        state.gap = min(state.gap * factor, most)
        return state.age
      })
    return Peer(name: "backoff x\(factor == 2 ? "2" : "1.5") cap\(Int(most))") { age in
      ages.first { $0 > age + 1e-9 } ?? age + most
    }
  }
}
