import JobWatchCore

/// How long the schedule's own work takes.
struct PlanTiming: Sendable {
  /// Of the slowest type; milliseconds.
  private(set) var plan = 0.0
  private(set) var observe = 0.0
  /// Microseconds.
  private(set) var nextPoll = 0.0
  /// The most of a key, in bytes.
  private(set) var stored = 0

  private static let turns = 20

  init() {
    for type in PollingCase.all {
      let jobs = type.training(1000, seed: 5)
      var model = type.trained(on: jobs)
      stored = max(stored, model.bytes.count)
      for price in PollingCase.prices {
        plan = max(plan, Self.milliseconds { _ = PollPlan(law: model.law(), price: price) })
      }
      let law = model.law()
      var span = WatchedSpan()
      model.watch(span)
      observe = max(
        observe,
        Self.milliseconds {
          model.extend(&span, to: 10)
          model.finish(.between(10, 600), of: span)
          span = WatchedSpan()
          model.watch(span)
        })
      let (schedule, key) = (PollPlan(law: law, price: 1), JobKey.timed.salt)
      let ages = Array(stride(from: 0.0, to: 5000, by: 7))
      let seconds = Self.milliseconds {
        for age in ages { Self.sink = Double(schedule.gap(after: age, salt: key).milliseconds) }
      }
      nextPoll = max(nextPoll, 1000 * seconds / Double(ages.count))
    }
  }

  /// Keeps the compiler from leaving out what is timed.
  nonisolated(unsafe) private static var sink = 0.0

  /// Of one turn; the median.
  private static func milliseconds(_ work: () -> Void) -> Double {
    let clock = ContinuousClock()
    return (0..<turns).map { _ in clock.measure(work).exactSeconds * 1000 }.median
  }
}

extension JobKey {
  fileprivate static let timed = JobKey(
    account: "prod", service: "ecs", jobID: "ff80808288d41e1b018990260955686a")
}
