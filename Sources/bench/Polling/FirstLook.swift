import JobWatchCore

/// What it costs not to know a job's type: its first poll comes at once, to be told the type, and the plan begins there.
struct FirstLook: Sendable {
  static let (price, jobs) = (5.0, 100)
  /// Seconds after the job's begin, when who started it has submitted it.
  static let age = 1.5

  let type: PollingCase
  let leastCost: Double
  /// The best there is, the plan for a type that is known from the start, and the plan behind a first look.
  let best: Outcome
  let known: Outcome
  let looked: Outcome
  /// Cost ÷ least cost.
  let knownRatio: Double
  let lookedRatio: Double

  init(_ one: SingleType, sets: Int) {
    type = one.type
    let (type, exact) = (one.type, one.exact)
    best = exact.optimum(at: Self.price)
    leastCost = exact.cost(best, at: Self.price)
    let pairs = (0..<sets).map { set in
      let jobs = type.training(Self.jobs, seed: UInt64(1000 * Self.jobs + set))
      let plan = PollPlan(law: type.trained(on: jobs).law(), price: Self.price)
      return (
        known: exact.outcome(of: plan),
        looked: exact.outcome { $0 == 0 ? Self.age : plan.nextAge(after: $0) }
      )
    }
    known = .mean(pairs.map(\.known))
    looked = .mean(pairs.map(\.looked))
    knownRatio = exact.cost(known, at: Self.price) / leastCost
    lookedRatio = exact.cost(looked, at: Self.price) / leastCost
  }

  var figures: [Figure] {
    [
      Figure(
        name:
          "cost ÷ least with a first look at \(Self.age) s, \(type.name), n = \(Self.jobs), c = 5",
        value: lookedRatio, unit: "×",
        detail: "\(looked.calls.threeDigits) calls; type known: \(known.calls.threeDigits)")
    ]
  }
}
