import JobWatchCore
import PollPlanning

/// The quality of one job type's schedule, by the number of jobs that it was learned from.
struct SingleType: Sendable {
  struct Learned: Sendable {
    var jobs: Int
    /// Cost ÷ least cost, at each of `PollingCase.prices`.
    var ratios: [Double]
    /// One for each price of the scale: the mean over the trainings.
    var outcomes: [Outcome]

    var curve: OutcomeCurve { OutcomeCurve(outcomes) }
  }

  let type: PollingCase
  let exact: ExactLaw
  /// At each of `PollingCase.prices`.
  let leastCosts: [Double]
  /// The product's own plan for the law, if it were known, to the least cost.
  let known: [Double]
  /// One for each price of the scale.
  let optima: [Outcome]
  let peers: [Outcome]
  let learned: [Learned]

  init(_ type: PollingCase, scale: PollingScale) {
    self.type = type
    let exact = ExactLaw(type)
    self.exact = exact
    optima = scale.prices.map { exact.optimum(at: $0) }
    let firsts = optima.suffix(PollingCase.prices.count)
    let leastCosts = zip(firsts, PollingCase.prices).map { exact.cost($0, at: $1) }
    self.leastCosts = leastCosts
    known = zip(leastCosts, PollingCase.prices).map { least, price in
      exact.cost(exact.outcome(of: PollPlan(distribution: exact.law, price: price)), at: price)
        / least
    }
    peers = Peer.all.map { exact.outcome($0.next) }
    learned = scale.trainings.map { training in
      let sets = (0..<training.sets).map { set in
        let jobs = type.training(training.jobs, seed: UInt64(1000 * training.jobs + set))
        let law = type.trained(on: jobs).distribution()
        return scale.prices.map { exact.outcome(of: PollPlan(distribution: law, price: $0)) }
      }
      let outcomes = scale.prices.indices.map { price in Outcome.mean(sets.map { $0[price] }) }
      let ratios = zip(zip(PollingCase.prices, leastCosts), outcomes.suffix(leastCosts.count)).map {
        exact.cost($1, at: $0.0) / $0.1
      }
      return Learned(jobs: training.jobs, ratios: ratios, outcomes: outcomes)
    }
  }

  var optimum: OutcomeCurve { OutcomeCurve(optima) }
}
