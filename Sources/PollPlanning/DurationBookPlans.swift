import JobWatchCore

/// Plans and ages that follow from a type's distribution. Both are kept for 20 s at least, and until more is known.
extension DurationBook {
  /// - Parameter price: seconds of latency that one call is worth; the plan is for the nearest of the prices that lie a
  ///   tenth apart.
  mutating func plan(of id: ID, price: Double, at uptime: Duration) -> PollPlan {
    plan(of: id, PriceStep(near: price), at: uptime)
  }

  mutating func plan(of id: ID, _ step: PriceStep, at uptime: Duration) -> PollPlan {
    let id = renewed(id, at: uptime)
    if planCount >= mostPlans {
      for id in Array(entries.keys) { entries[id]?.cached.dropPlans(to: 1, count: &planCount) }
    }
    let bounds = entries[id]?.bounds ?? PollBounds()
    return entries[id, default: .blank].cached.plan(step, bounds: bounds, count: &planCount)
  }

  /// Jobs of the key that run.
  func running(_ id: ID) -> Int { entries[id]?.running ?? 0 }

  mutating func distribution(of id: ID, at uptime: Duration) -> DurationDistribution {
    entries[renewed(id, at: uptime), default: .blank].cached.distribution
  }

  /// The age, in seconds, beyond which fewer than one job in a thousand runs. Nil where fewer than 50 have ended, or
  /// where more do.
  mutating func stuckAge(of id: ID, at uptime: Duration) -> Double? {
    entries[renewed(id, at: uptime), default: .blank].cached.stuckAge
  }

  /// The ended jobs of a key, the jobs that run now, and the prior, against which a sample is scored.
  mutating func model(of id: ID, at uptime: Duration) -> DurationModel {
    entries[renewed(id, at: uptime), default: .blank].model
  }

  private mutating func renewed(_ id: ID, at uptime: Duration) -> ID {
    let id = entered(id)
    guard let entry = entries[id] else { return id }
    let samples = samples[id.service]
    guard entry.cached.isOutdated(by: entry.changes, samples, at: uptime) else { return id }
    planCount -= entry.cached.planCount
    var model = entry.model
    model.prior = prior(of: id, at: uptime)
    entries[id]?.model.prior = model.prior
    entries[id]?.cached = CachedPlans(model, made: (entry.changes, samples, uptime))
    return id
  }
}
