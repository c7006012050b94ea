import JobWatchCore
import PollPlanning

/// How long the schedule's own work takes, and how much it stores.
enum PlanTiming {
  /// Of the slowest type each.
  static func figures() -> [Figure] {
    // Milliseconds, milliseconds, microseconds, bytes.
    var (plan, observe, nextPoll, stored) = (0.0, 0.0, 0.0, 0)
    for type in PollingCase.all {
      var model = type.trained(on: type.training(1000, seed: 5))
      stored = max(stored, model.bytes.count)
      let law = model.distribution()
      for price in PollingCase.prices {
        plan = max(
          plan, milliseconds { _ = PollPlan(distribution: model.distribution(), price: price) })
      }
      var span = WatchedSpan()
      model.watch(span)
      observe = max(
        observe,
        milliseconds {
          model.extend(&span, to: 10)
          model.finish(.between(10, 600), of: span)
          span = WatchedSpan()
          model.watch(span)
        })
      let schedule = PollPlan(distribution: law, price: 1)
      let ages = Array(stride(from: 0.0, to: 5000, by: 7))
      let time = milliseconds {
        for age in ages { sink = schedule.gap(after: age, jitterSeed: 7).seconds }
      }
      nextPoll = max(nextPoll, 1000 * time / Double(ages.count))
    }
    return [
      Figure(name: "time of a plan", value: plan, unit: "ms", limit: .atMost(2)),
      Figure(name: "time to learn from a job", value: observe, unit: "ms", limit: .atMost(0.2)),
      Figure(name: "time to find a next poll", value: nextPoll, unit: "µs", limit: .atMost(5)),
      Figure(
        name: "stored for a key", value: Double(stored), unit: "bytes", limit: .atMost(6144)),
    ]
  }

  /// Keeps the compiler from leaving out what is timed.
  nonisolated(unsafe) private static var sink = 0.0
}

/// The median time of one turn.
func milliseconds(turns: Int = 20, _ work: () -> Void) -> Double {
  (0..<turns).map { _ in ContinuousClock().measure(work).exactSeconds * 1000 }.median
}
