import JobWatchCore

/// How long the work of the book of laws takes, with as many keys as a large user has.
enum BookTiming {
  private static let (keys, target) = (50, 5.0)

  static func figures() -> [Figure] {
    var book = DurationBook()
    let ids = taught(&book)
    var uptime = Duration.hours(1)
    // Every law has changed, and a minute has passed.
    func move(to age: Int) {
      for id in ids { book.watch(WatchedSpan(known: Double(age)), of: id) }
      uptime += .seconds(60)
    }
    var found = 0.0
    let prices = (0..<5).map { turn in
      move(to: 10 + turn)
      return milliseconds(turns: 1) { found = book.price(forMeanLatency: target, at: uptime) }
    }
    let latencies = ids.map { book.plan(of: $0, price: found, at: uptime).meanLatency }
    let kept = milliseconds {
      for id in ids { _ = book.plan(of: id, price: found, at: uptime) }
    }
    let laws = (0..<20).map { turn in
      move(to: 20 + turn)
      return milliseconds(turns: 1) { for id in ids { _ = book.stuckAge(of: id, at: uptime) } }
    }
    let count = Double(ids.count)
    return [
      Figure(
        name: "time of the price for a target, \(keys) keys",
        value: Array(prices.dropFirst()).median, unit: "ms",
        detail: "\(prices[0].threeDigits) ms the first time"),
      Figure(name: "time to find a kept plan", value: kept * 1000 / count, unit: "µs"),
      Figure(
        name: "time to take a law anew, with its prior", value: laws.median / count, unit: "ms"),
      Figure(
        name: "foretold latency ÷ target, \(keys) keys",
        value: latencies.reduce(0, +) / count / target, unit: "×",
        detail: "target \(target.threeDigits) s"),
    ]
  }

  /// Five keys of each type, which have no shipped prior and no sibling, with twenty ended jobs each.
  private static func taught(_ book: inout DurationBook) -> [DurationBook.ID] {
    (0..<keys).map { number in
      let type = PollingCase.all[number % PollingCase.all.count]
      let key = DurationKey(service: "evs", jobType: "\(type.name) \(number)", region: "eu-de")
      let id = book.id(of: key)
      for duration in type.training(20, seed: UInt64(number)) {
        var model = book.model(of: id, at: .zero)
        model.learn(duration, horizon: type.horizon)
        book.learned(model, of: id)
      }
      return id
    }
  }
}
