import JobWatchCore

/// What follows from a key's law: it is taken anew at most every 20 s, when more is known, and what follows from it is
/// kept until then.
extension DurationBook {
  /// - Parameter price: seconds of latency that one call is worth; the plan is for the nearest of the prices that lie a
  ///   tenth apart.
  mutating func plan(of id: ID, price: Double, at uptime: Duration) -> PollPlan {
    plan(of: id, PriceStep(near: price), at: uptime)
  }

  mutating func plan(of id: ID, _ step: PriceStep, at uptime: Duration) -> PollPlan {
    let id = renewed(id, at: uptime)
    if planCount >= mostPlans {
      for id in Array(entries.keys) { entries[id]?.edition.dropPlans(to: 1, count: &planCount) }
    }
    return entries[id, default: .blank].plan(step, count: &planCount)
  }

  /// Jobs of the key that run.
  func running(_ id: ID) -> Int { entries[id]?.watched ?? 0 }

  /// The law of a key's jobs.
  mutating func law(of id: ID, at uptime: Duration) -> DurationDistribution {
    edition(of: id, at: uptime).law
  }

  /// The age, in seconds, beyond which fewer than one job in a thousand runs. Nil where fewer than 50 have ended, or
  /// where more do.
  mutating func stuckAge(of id: ID, at uptime: Duration) -> Double? {
    edition(of: id, at: uptime).stuckAge
  }

  /// What was learned of a key, with the jobs that run now, and the prior of its law: a lesson is scored against it.
  mutating func model(of id: ID, at uptime: Duration) -> DurationModel {
    entries[renewed(id, at: uptime), default: .blank].model
  }

  private mutating func edition(of id: ID, at uptime: Duration) -> CachedPlans {
    entries[renewed(id, at: uptime), default: .blank].edition
  }

  private mutating func renewed(_ id: ID, at uptime: Duration) -> ID {
    let id = entered(id)
    guard let entry = entries[id] else { return id }
    let knowledge = CachedPlans.Knowledge(own: entry.changes, service: lessons[id.service])
    guard entry.edition.isOutdated(by: knowledge, at: uptime) else { return id }
    let prior = prior(of: id, at: uptime)
    planCount -= entry.edition.planCount
    entries[id]?.renew(prior, made: (knowledge, uptime))
    return id
  }
}

extension DurationBook.Entry {
  fileprivate mutating func plan(_ step: PriceStep, count: inout Int) -> PollPlan {
    edition.plan(step, bounds: bounds, count: &count)
  }

  fileprivate mutating func renew(
    _ prior: DurationPrior, made: (from: CachedPlans.Knowledge, at: Duration)
  ) {
    model.prior = prior
    edition = CachedPlans(model, made: made)
  }
}
