import JobWatchCore

/// The prior of a type, from before its own jobs have ended. Nothing of it is stored, because it follows from all types.
///
/// In this order: the same type in another region, the one with the most ended jobs; the prior that is shipped for the
/// type; the other types of its service together; what holds of anything.
extension DurationBook {
  /// Completions that make another region worth believing, and all other types together.
  private static let (enoughThere, enoughTogether) = (5, 20)
  /// Types that are taken together, those with the most ended jobs: the others would hardly move the sum.
  private static let mostTogether = 32

  mutating func prior(of id: ID, at uptime: Duration) -> DurationPrior {
    let basis = basis(of: id)
    switch basis.source {
    case .region:
      return basis.standIns.first.map { belief($0.id, at: uptime) } ?? .generic
    case .service:
      return .pooled(
        basis.standIns.map { (belief($0.id, at: uptime), Double($0.completions)) })
    case .shipped: return key(of: id).shippedPrior ?? .generic
    case .generic: return .generic
    }
  }

  func priorSource(of id: ID) -> KnownType.Prior { basis(of: id).source }

  private func basis(of id: ID) -> (source: KnownType.Prior, standIns: [StandIn]) {
    let key = key(of: id)
    let others = entries.compactMap { other, entry in
      other != id && other.service == id.service && entry.model.completions > 0
        ? StandIn(id: other, key: entry.key, completions: entry.model.completions) : nil
    }
    let there = others.filter { $0.key.jobType == key.jobType }.max()
    if let there, there.completions >= Self.enoughThere { return (.region(there.key.region), [there]) }
    if key.shippedPrior != nil { return (.shipped, []) }
    let together = others.filter { $0.key.jobType != key.jobType }.sorted(by: >)
    guard together.reduce(0, { $0 + $1.completions }) >= Self.enoughTogether else { return (.generic, []) }
    return (.service, Array(together.prefix(Self.mostTogether)))
  }

  private mutating func belief(_ id: ID, at uptime: Duration) -> DurationPrior {
    entries[id, default: .blank].shownBelief(at: uptime)
  }
}

/// A type whose jobs may stand in for another's.
private struct StandIn: Comparable {
  var id: DurationBook.ID
  var key: DurationKey
  var completions: Int

  /// By what it knows; the same order after a restart.
  static func < (left: StandIn, right: StandIn) -> Bool {
    left.completions != right.completions ? left.completions < right.completions : left.key > right.key
  }
}

extension DurationBook.Entry {
  /// Computed again when more is known and 20 s have passed. The type's own prior is left out, because two regions would
  /// follow each other.
  fileprivate mutating func shownBelief(at uptime: Duration) -> DurationPrior {
    if let shown, shown.changes == changes || uptime - shown.madeAt < CachedPlans.rest { return shown.prior }
    var model = model
    model.prior = key.shippedPrior ?? .generic
    let prior = DurationPrior.learned(model)
    shown = (prior, changes, uptime)
    return prior
  }
}

extension DurationKey {
  fileprivate var shippedPrior: DurationPrior? { ShippedPriors.prior(service: service, jobType: jobType) }
}
