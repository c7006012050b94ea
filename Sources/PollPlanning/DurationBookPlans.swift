import JobWatchCore

/// Plans and ages that follow from a type's distribution. Both are kept for 20 s at least, and until more is known.
extension DurationBook {
  /// - Parameter price: seconds of latency that one call is worth; the plan is for the nearest of the prices that lie a
  ///   tenth apart.
  mutating func plan(of id: ID, price: Double, at uptime: Duration) -> PollPlan {
    plan(of: id, PriceStep(near: price), at: uptime)
  }

  mutating func plan(of id: ID, _ step: PriceStep, at uptime: Duration) -> PollPlan {
    dropPlans()
    return with(id, at: uptime) { $0.plan(step, count: &$1) }
  }

  /// What a decision about a job needs, looked up at once.
  /// - Parameter price: of the plan; nil: none is needed.
  mutating func known(
    of id: ID, price: Double?, at uptime: Duration
  ) -> (key: DurationKey, model: DurationModel, stuckAge: Double?, plan: PollPlan?) {
    dropPlans()
    return with(id, at: uptime) { entry, count in
      let plan = price.map { entry.plan(PriceStep(near: $0), count: &count) }
      return (entry.key, entry.model, entry.cached.stuckAge, plan)
    }
  }

  /// Jobs of the key that run.
  func running(_ id: ID) -> Int { entries[id]?.running ?? 0 }

  mutating func distribution(of id: ID, at uptime: Duration) -> DurationDistribution {
    with(id, at: uptime) { entry, _ in entry.cached.distribution }
  }

  /// In place: to read an entry by itself copies it, which would be most of what a poll's place takes.
  private mutating func with<Value>(_ id: ID, at uptime: Duration, _ body: (inout Entry, inout Int) -> Value) -> Value {
    let id = renewed(id, at: uptime)
    return body(&entries[id, default: .blank], &planCount)
  }

  private mutating func dropPlans() {
    guard planCount >= mostPlans else { return }
    for id in Array(entries.keys) { entries[id]?.cached.dropPlans(to: 1, count: &planCount) }
  }

  private mutating func renewed(_ id: ID, at uptime: Duration) -> ID {
    let id = entered(id)
    let samples = samples[id.service]
    guard entries[id, default: .blank].isOutdated(samples, at: uptime), let entry = entries[id] else { return id }
    planCount -= entry.cached.planCount
    var model = entry.model
    model.prior = prior(of: id, at: uptime)
    entries[id]?.model.prior = model.prior
    entries[id]?.cached = CachedPlans(model, made: (entry.changes, samples, uptime))
    return id
  }
}
