import JobWatchCore

/// How long the work of the book of laws takes, with as many keys as a large user has.
struct BookTiming {
  static let keys = 50
  static let target = 5.0
  /// Milliseconds: for the price when all laws have changed, and from nothing.
  private(set) var price = 0.0
  private(set) var firstPrice = 0.0
  /// Milliseconds: to take one law anew, its prior included.
  private(set) var law = 0.0
  /// Microseconds: for a plan that is kept.
  private(set) var kept = 0.0
  /// Of the plans at the price found: the mean latency that they foretell, to the target.
  private(set) var met = 0.0

  init() {
    var book = DurationBook()
    let ids = Self.taught(&book)
    var uptime = Duration.hours(1)
    let clock = ContinuousClock()
    var found = 0.0
    let turns = (0..<5).map { turn in
      for id in ids { book.watch(WatchedSpan(known: Double(10 + turn)), of: id) }
      uptime += .seconds(60)
      let now = uptime
      return clock.measure { found = book.price(forMeanLatency: Self.target, at: now) }
        .exactSeconds * 1000
    }
    (firstPrice, price) = (turns[0], Array(turns.dropFirst()).median)
    let latencies = ids.map { book.plan(of: $0, price: found, at: uptime).meanLatency }
    met = latencies.reduce(0, +) / Double(ids.count) / Self.target
    let asked = (0..<20).map { _ in
      clock.measure { for id in ids { _ = book.plan(of: id, price: found, at: uptime) } }
        .exactSeconds * 1e6 / Double(ids.count)
    }
    kept = asked.median
    law =
      (0..<20).map { turn in
        for id in ids { book.watch(WatchedSpan(known: Double(20 + turn)), of: id) }
        uptime += .seconds(60)
        let now = uptime
        return clock.measure { for id in ids { _ = book.stuckAge(of: id, at: now) } }
          .exactSeconds * 1000 / Double(ids.count)
      }.median
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

  var figures: [Figure] {
    [
      Figure(
        name: "time of the price for a target, \(Self.keys) keys", value: price, unit: "ms",
        detail: "\(firstPrice.threeDigits) ms the first time"),
      Figure(name: "time to find a kept plan", value: kept, unit: "µs"),
      Figure(name: "time to take a law anew, with its prior", value: law, unit: "ms"),
      Figure(
        name: "foretold latency ÷ target, \(Self.keys) keys", value: met, unit: "×",
        detail: "target \(Self.target.threeDigits) s"),
    ]
  }
}
