/// The distribution of a type at one time, and the plans that follow from it. Each poll changes the distribution a
/// little; it is computed again at most every 20 s.
struct CachedPlans: Sendable {
  let distribution: DurationDistribution
  /// Seconds; nil: too few jobs have ended to tell.
  let stuckAge: Double?
  /// Nil: it stands for none, and is outdated from the start.
  private let made: (from: Knowledge, at: Duration)?
  private var plans: [KeptPlan] = []

  /// What a distribution follows from, as far as it changes.
  struct Knowledge: Hashable, Sendable {
    /// Changes of the key.
    var own: Int
    /// Samples that its service has had: the key's prior may follow from them.
    var service: Int
  }

  private struct KeptPlan: Sendable {
    var step: PriceStep
    var plan: PollPlan
  }

  static let unlearned = CachedPlans(DurationModel())

  static let rest = Duration.seconds(20)
  /// A plan takes up to 130 KB.
  private static let mostPlans = 4
  /// Fewer jobs say too little of one in a thousand.
  private static let leastCompletions = 50
  private static let stuckShare = 0.001

  init(_ model: DurationModel, made: (from: Knowledge, at: Duration)? = nil) {
    distribution = model.distribution()
    let age =
      model.completions < Self.leastCompletions ? nil : distribution.quantile(1 - Self.stuckShare)
    stuckAge = age.flatMap { $0.isFinite ? $0 : nil }
    self.made = made
  }

  func isOutdated(by knowledge: Knowledge, at uptime: Duration) -> Bool {
    guard let made else { return true }
    return made.from != knowledge && uptime - made.at >= Self.rest
  }

  var planCount: Int { plans.count }

  /// The plan for a price; the last used are kept.
  ///
  /// - Parameter count: of the plans that are kept, of all types.
  mutating func plan(_ step: PriceStep, bounds: PollBounds, count: inout Int) -> PollPlan {
    if let last = plans.last, last.step == step { return last.plan }
    let kept: KeptPlan
    if let index = plans.firstIndex(where: { $0.step == step }) {
      kept = plans.remove(at: index)
    } else {
      if plans.count == Self.mostPlans { dropPlans(to: Self.mostPlans - 1, count: &count) }
      kept = KeptPlan(
        step: step, plan: PollPlan(distribution: distribution, price: step.price, bounds: bounds))
      count += 1
    }
    plans.append(kept)
    return kept.plan
  }

  /// Keeps the last used.
  mutating func dropPlans(to most: Int, count: inout Int) {
    let dropped = max(plans.count - most, 0)
    plans.removeFirst(dropped)
    count -= dropped
  }
}
