/// What a key's jobs are believed to be like before they have shown it. No belief is stored: it follows from what is
/// known of all keys.
///
/// In this order: what the same type has shown in another region, where most of its jobs have ended; what is shipped of
/// the type; what the other types of the service have shown together; what holds of anything.
extension DurationBook {
  /// Completions that make another region worth believing, and all other types together.
  private static let (enoughThere, enoughTogether) = (5, 20)
  /// Types that are taken together, those of which most is known: what the others have shown would hardly move the sum.
  private static let mostTogether = 32

  /// As it follows now.
  func prior(of id: ID) -> DurationPrior {
    guard let key = entries[id]?.key else { return .generic }
    let others = entries.filter { $0.key != id && $0.key.service == id.service }.map(\.value)
    if let there = others.filter({ $0.key.jobType == key.jobType }).max(by: Entry.knowsLess),
      there.model.completions >= Self.enoughThere
    {
      return .learned(there.independentModel)
    }
    if let shipped = key.shippedPrior { return shipped }
    let together = others.filter { $0.key.jobType != key.jobType && $0.model.completions > 0 }
    guard together.reduce(0, { $0 + $1.model.completions }) >= Self.enoughTogether else {
      return .generic
    }
    let best = together.sorted { Entry.knowsLess($1, $0) }.prefix(Self.mostTogether)
    return .pooled(best.map(\.independentModel))
  }
}

extension DurationBook.Entry {
  /// One whose own prior follows from no other key's: two regions would have to believe each other.
  fileprivate var independentModel: DurationModel {
    var model = model
    model.prior = key.shippedPrior ?? .generic
    return model
  }

  /// The same order after a restart.
  fileprivate static func knowsLess(_ left: Self, _ right: Self) -> Bool {
    left.model.completions != right.model.completions
      ? left.model.completions < right.model.completions : left.key > right.key
  }
}

extension DurationKey {
  fileprivate var shippedPrior: DurationPrior? {
    ShippedPriors.prior(service: service, jobType: jobType)
  }
}
