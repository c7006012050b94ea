import JobWatchCore
import PollPlanning

/// How long the queue takes to plan, with as many job types as a large user has.
enum BookTiming {
  private static let (keys, target) = (50, 5.0)

  static func figures() -> [Figure] {
    var queue = PollQueue(polling: PollPolicy(target: .seconds(target)))
    let types = taught(&queue)
    var uptime = Duration.hours(1)
    // Every distribution has changed, and a minute has passed.
    func move(to age: Int) {
      for type in types { queue.watch(WatchedSpan(known: Double(age)), of: type) }
      uptime += .seconds(60)
    }
    let prices = (0..<5).map { turn in
      move(to: 10 + turn)
      return milliseconds(turns: 1) { queue.reprice(at: uptime) }
    }
    let found = queue.cost(nil).least
    let latencies = types.map { queue.plan(of: $0, price: found, at: uptime).meanLatency }
    let kept = milliseconds {
      for type in types { _ = queue.plan(of: type, price: found, at: uptime) }
    }
    let distributions = (0..<20).map { turn in
      move(to: 20 + turn)
      return milliseconds(turns: 1) { for type in types { _ = queue.type(type, at: uptime) } }
    }
    let count = Double(types.count)
    return [
      Figure(
        name: "time of the price for a target, \(keys) keys",
        value: Array(prices.dropFirst()).median, unit: "ms",
        detail: "\(prices[0].threeDigits) ms the first time"),
      Figure(name: "time to find a kept plan", value: kept * 1000 / count, unit: "µs"),
      Figure(
        name: "time to take a distribution again, with its prior",
        value: distributions.median / count, unit: "ms"),
      Figure(
        name: "foretold latency ÷ target, \(keys) keys",
        value: latencies.reduce(0, +) / count / target, unit: "×",
        detail: "target \(target.threeDigits) s"),
    ]
  }

  /// Five keys of each type, which have no shipped prior and no sibling, with twenty ended jobs each.
  private static func taught(_ queue: inout PollQueue) -> [DurationKey] {
    (0..<keys).map { number in
      let type = PollingCase.all[number % PollingCase.all.count]
      let key = DurationKey(service: "evs", jobType: "\(type.name) \(number)", region: "eu-de")
      queue.learned(type.trained(on: type.training(20, seed: UInt64(number))), of: key)
      return key
    }
  }
}
