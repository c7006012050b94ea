import JobWatchCore
import PollPlanning

/// The price of an unknown job type: the first poll comes at once, to learn the type, and the plan begins there.
enum FirstLook {
  private static let (price, jobs) = (5.0, 100)
  /// Seconds after the job's begin, when its submitter has named it to jobwatch.
  private static let age = 1.5

  /// - Parameter sets: trainings.
  static func figures(_ one: SingleType, _ sets: Int) -> [Figure] {
    let (type, exact) = (one.type, one.exact)
    let least = exact.cost(exact.optimum(at: price), at: price)
    let pairs = (0..<sets).map { set in
      let training = type.training(jobs, seed: UInt64(1000 * jobs + set))
      let plan = PollPlan(distribution: type.trained(on: training).distribution(), price: price)
      return (
        known: exact.outcome(of: plan),
        looked: exact.outcome { $0 == 0 ? age : plan.nextAge(after: $0) }
      )
    }
    let ways = [
      ("type known", Outcome.mean(pairs.map(\.known))),
      ("a first look at \(age) s", .mean(pairs.map(\.looked))),
    ]
    return ways.map { way, outcome in
      Figure(
        name: "cost ÷ least with \(way), \(type.name), n = \(jobs), c = 5",
        cell: .init(
          table:
            "Cost ÷ least cost after \(jobs) jobs at c = 5, where a first look tells the type",
          row: type.name, column: way),
        value: exact.cost(outcome, at: price) / least, unit: "×",
        detail: "\(outcome.calls.threeDigits) calls")
    }
  }
}
