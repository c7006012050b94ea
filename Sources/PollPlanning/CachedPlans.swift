import JobWatchCore

/// The distribution of a type at one time, and the plans that follow from it. Each poll changes the distribution a
/// little, so it is computed again at most every 20 s.
struct CachedPlans: Sendable {
  let distribution: DurationDistribution
  /// Seconds; nil: too few jobs have ended to tell.
  let stuckAge: Double?
  /// What it follows from: changes of the key, and samples of its service, because the key's prior may follow from them.
  /// Nil: it stands for no type, and is outdated from the start.
  private let made: (changes: Int, samples: Int, at: Duration)?
  /// The last used is the last.
  private var plans: [(step: PriceStep, plan: PollPlan)] = []

  static let unlearned = CachedPlans(DurationModel())

  static let rest = Duration.seconds(20)
  /// A plan takes up to 130 KB.
  private static let mostPlans = 4
  /// Fewer jobs say too little of one in a thousand.
  private static let leastCompletions = 50
  private static let stuckShare = 0.001

  init(_ model: DurationModel, made: (changes: Int, samples: Int, at: Duration)? = nil) {
    distribution = model.distribution()
    let age = distribution.quantile(1 - Self.stuckShare)
    stuckAge = model.completions < Self.leastCompletions || age.isInfinite ? nil : age
    self.made = made
  }

  func isOutdated(by changes: Int, _ samples: Int, at uptime: Duration) -> Bool {
    made.map { ($0.changes, $0.samples) != (changes, samples) && uptime - $0.at >= Self.rest } ?? true
  }

  var planCount: Int { plans.count }

  /// The plan for a price; the last used are kept.
  /// - Parameter count: the number of kept plans, of all types.
  mutating func plan(_ step: PriceStep, bounds: PollBounds, count: inout Int) -> PollPlan {
    if let last = plans.last, last.step == step { return last.plan }
    let plan: PollPlan
    if let index = plans.firstIndex(where: { $0.step == step }) {
      plan = plans.remove(at: index).plan
    } else {
      if plans.count == Self.mostPlans { dropPlans(to: Self.mostPlans - 1, count: &count) }
      plan = PollPlan(distribution: distribution, price: step.price, bounds: bounds)
      count += 1
    }
    plans.append((step, plan))
    return plan
  }

  /// Keeps the last used.
  mutating func dropPlans(to most: Int, count: inout Int) {
    let dropped = max(plans.count - most, 0)
    plans.removeFirst(dropped)
    count -= dropped
  }
}
