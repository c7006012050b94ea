import JobWatchCore

/// The one price at which the mean latency over all jobs is what the user wants.
extension DurationBook {
  /// Keys whose jobs are looked at: the others hardly move the mean.
  private static let mostKeys = 64

  /// The mean is over the types of the last 1000 ended jobs. Where fewer have ended, running jobs count too. Without any
  /// job it is that of an unknown type.
  /// - Parameter target: seconds from a job's end to the poll that finds it.
  /// - Returns: seconds of latency that a call is worth, 10 ms to an hour.
  mutating func price(forMeanLatency target: Double, at uptime: Duration) -> Double {
    let mix = mix
    // The last target was met nearby, mostly.
    var search = PriceSearch(target: target, from: targetStep)
    while let step = search.next {
      search.note(meanLatency(of: mix, step, at: uptime), at: step)
    }
    targetStep = search.nearest
    return search.price
  }

  /// Keys with the number of their jobs; the same after a restart. Until many have ended, running jobs count too, because
  /// the first to end are the short ones.
  private var mix: [(id: ID, weight: Double)] {
    var jobs = arrivals.counts.filter { entries[$0.key] != nil }
    if !arrivals.isFull {
      for (id, entry) in entries where entry.running > 0 { jobs[id, default: 0] += entry.running }
    }
    return jobs.sorted { ($0.value, key(of: $1.key)) > ($1.value, key(of: $0.key)) }
      .prefix(Self.mostKeys).map { ($0.key, Double($0.value)) }
  }

  private mutating func meanLatency(
    of mix: [(id: ID, weight: Double)], _ step: PriceStep, at uptime: Duration
  ) -> Double {
    guard !mix.isEmpty else { return unlearned.plan(step, bounds: PollBounds(), count: &planCount).meanLatency }
    let weight = mix.reduce(0) { $0 + $1.weight }
    return mix.reduce(0.0) { sum, one in
      sum + one.weight / weight * plan(of: one.id, step, at: uptime).meanLatency
    }
  }
}

/// Looks for the step of the price whose mean latency is the target. The latency grows about with the square root of the
/// price.
struct PriceSearch {
  private typealias Point = (step: PriceStep, latency: Double)

  private let target: Double
  /// The step to try now; nil: the place is found.
  private(set) var next: PriceStep?
  /// The highest step known that is soon enough, and the lowest that is not.
  private var low: Point?
  private var high: Point?

  /// - Parameter target: seconds.
  init(target: Double, from first: PriceStep) {
    self.target = target
    next = min(max(first, .least), .most)
  }

  mutating func note(_ latency: Double, at step: PriceStep) {
    let point = (step: step, latency: max(latency, 1e-9))
    if point.latency <= target { low = point } else { high = point }
    switch (low, high) {
    case (let low?, let high?):
      let distance = low.step.steps(to: high.step)
      next = distance > 1 ? low.step.moved(by: distance / 2) : nil
    default:
      let steps = PriceStep.steps(forLatency: target / point.latency)
      let further = step.moved(by: point.latency <= target ? max(steps, 1) : min(steps, -1))
      next = min(max(further, .least), .most)
      if next == step { next = nil }
    }
  }

  var nearest: PriceStep { (low ?? high)?.step ?? .least }

  /// Between the two steps as the latency lies between theirs; at an end of the scale, that end.
  var price: Double {
    guard let low, let high else { return nearest.price }
    let part = (target / low.latency).logarithm / (high.latency / low.latency).logarithm
    return low.step.price(beyond: part)
  }
}
