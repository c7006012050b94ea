/// What is known of how long jobs take, for every key, and the plans that follow from it.
///
/// A plan is kept for a key, a step of the price and what was known when it was made: it is made anew when more is
/// known, though not more often than every 20 s, and when the price has moved by a step of a tenth.
package struct DurationBook: Sendable {
  /// Names a key's entry for as long as the process lives.
  package struct ID: Hashable, Sendable {
    let index: Int32
  }

  private struct Entry: Sendable {
    let key: DurationKey
    var model: DurationModel
    /// Raised by all that changes the law.
    var version = 0
    var plans: [Int: KeptPlan] = [:]
  }

  private struct KeptPlan: Sendable {
    var plan: PollPlan
    var version: Int
    var madeAt: Duration
  }

  private var ids: [DurationKey: ID] = [:]
  private var entries: [Entry] = []
  private let bounds: [String: PollBounds]

  private static let step = 1.1
  private static let rest = Duration.seconds(20)

  /// - Parameter bounds: of the gaps, by service.
  package init(bounds: [String: PollBounds] = [:]) {
    self.bounds = bounds
  }

  /// The entry of a key; a new one where there is none.
  package mutating func id(of key: DurationKey) -> ID {
    if let id = ids[key] { return id }
    let id = ID(index: Int32(entries.count))
    entries.append(Entry(key: key, model: DurationModel()))
    ids[key] = id
    return id
  }

  package func key(of id: ID) -> DurationKey { entries[Int(id.index)].key }

  /// With the jobs that run now, and the prior that holds now.
  package func model(of id: ID) -> DurationModel { entries[Int(id.index)].model }

  /// What ended jobs have taught, as it was stored.
  package mutating func restore(_ key: DurationKey, _ bytes: some Collection<UInt8>) {
    let id = id(of: key)
    guard let model = DurationModel(bytes: bytes) else { return }
    learned(model, of: id)
  }

  /// Takes over what a model has learned, and is on record now. The running jobs stay as they are.
  package mutating func learned(_ model: DurationModel, of id: ID) {
    let index = Int(id.index)
    guard model.completions >= entries[index].model.completions else { return }
    entries[index].model.memories = model.memories
    entries[index].model.completions = model.completions
    entries[index].version += 1
  }

  package mutating func watch(_ span: WatchedSpan, of id: ID) {
    entries[Int(id.index)].model.watch(span)
    entries[Int(id.index)].version += 1
  }

  /// Takes a job out that `watch` put in, with the same span.
  package mutating func unwatch(_ span: WatchedSpan, of id: ID) {
    entries[Int(id.index)].model.unwatch(span)
    entries[Int(id.index)].version += 1
  }

  /// - Parameter price: seconds of latency that one call is worth.
  package mutating func plan(of id: ID, price: Double, at uptime: Duration) -> PollPlan {
    let (index, step) = (Int(id.index), Self.step(of: price))
    let entry = entries[index]
    if let kept = entry.plans[step],
      kept.version == entry.version || uptime - kept.madeAt < Self.rest
    {
      return kept.plan
    }
    let plan = PollPlan(
      law: entry.model.law(), price: Self.price(of: step),
      bounds: bounds[entry.key.service] ?? PollBounds())
    entries[index].plans[step] = KeptPlan(plan: plan, version: entry.version, madeAt: uptime)
    return plan
  }

  private static func step(of price: Double) -> Int {
    Int((max(price, 1e-3).logarithm / step.logarithm).rounded())
  }

  private static func price(of step: Int) -> Double {
    (Double(step) * Self.step.binaryLogarithm).powerOfTwo
  }
}
