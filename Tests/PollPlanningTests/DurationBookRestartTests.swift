import Glibc
import JobWatchCore
import TestSupport
import TestTraits
import Testing

@testable import PollPlanning

/// Random keys whose jobs begin, are seen and end, with what would be on record of them.
struct TaughtBook {
  var book: DurationBook
  /// In the order in which the keys were last taught.
  var rows: [(key: DurationKey, model: [UInt8])] = []
  var running: [(key: DurationKey, span: WatchedSpan)] = []
  var ended: [DurationKey] = []
  let keys: [DurationKey]
  let bounds: [String: PollBounds]

  init(lessons: Int, random: inout SeededGenerator) {
    bounds = [
      "ecs": PollPolicy(ceiling: .hours(12)).bounds(RetentionPolicy(finished: .days(1)))
    ]
    book = DurationBook(bounds: bounds)
    keys = ["createServer", "odd", "odder", ""].flatMap { type in
      ["ecs", "dcs"].flatMap { service in
        ["here", "there"].map { DurationKey(service: service, jobType: type, region: $0) }
      }
    }
    let medians = keys.map { _ in exp(Double.random(in: 1...7, using: &random)) }
    for step in 0..<lessons {
      let choice = Int.random(in: 0..<keys.count, using: &random)
      let spread = exp(Double.random(in: -0.4...0.4, using: &random))
      work(keys[choice], medians[choice] * spread, step, &random)
    }
  }

  private mutating func work(_ key: DurationKey, _ duration: Double, _ step: Int, _ random: inout SeededGenerator) {
    let id = book.id(of: key)
    let span = WatchedSpan(known: duration * Double.random(in: 0..<1, using: &random))
    if step % 7 == 0 {
      book.watch(span, of: id)
      running.append((key, span))
      return
    }
    // As an answer does: the lesson on record first, then the book.
    book.watch(span, of: id)
    var model = book.model(of: id, at: .seconds(step))
    model.finish(step % 3 == 0 ? .between(span.known, duration) : .at(duration), of: span)
    rows.removeAll { $0.key == key }
    rows.append((key, model.bytes))
    book.learned(model, of: id)
    book.unwatch(span, of: id)
    ended.append(key)
  }

  var restarted: DurationBook {
    var book = DurationBook(bounds: bounds)
    for row in rows { _ = book.restore(row.key, row.model) }
    for (key, span) in running { book.watch(span, of: book.id(of: key)) }
    book.recall(arrivals: ended.reversed())
    return book
  }
}

@Suite(.aside) struct `The decisions of a book` {
  @Test("are the same after a restart", arguments: 1...3)
  func restart(_ seed: UInt64) {
    var random = SeededGenerator(seed)
    var taught = TaughtBook(lessons: 200, random: &random)
    var again = taught.restarted
    let (now, after) = (Duration.seconds(10_000), Duration.seconds(5))
    for key in taught.keys {
      let ids = (taught.book.id(of: key), again.id(of: key))
      for price in [2.0, 50] {
        let plans = (taught.book.plan(of: ids.0, price: price, at: now), again.plan(of: ids.1, price: price, at: after))
        #expect(plans.0.schedule(until: 86_400) == plans.1.schedule(until: 86_400))
      }
      #expect(taught.book.stuckAge(of: ids.0, at: now) == again.stuckAge(of: ids.1, at: after))
      #expect(taught.book.model(of: ids.0, at: now) == again.model(of: ids.1, at: after), "\(key)")
    }
    for target in [5.0, 60] {
      #expect(taught.book.price(forMeanLatency: target, at: now) == again.price(forMeanLatency: target, at: after))
    }
  }

  @Test("rise within the bounds, a quarter of the retention at most", arguments: 11...13)
  func bounds(_ seed: UInt64) {
    var random = SeededGenerator(seed)
    var taught = TaughtBook(lessons: Int.random(in: 0...200, using: &random), random: &random)
    for key in taught.keys {
      let price = exp(Double.random(in: -4...8, using: &random))
      let plan = taught.book.plan(of: taught.book.id(of: key), price: price, at: .hours(1))
      let ceiling = key.service == "ecs" ? 6 * 3600.0 : 3600
      #expect(plan.bounds.ceiling == ceiling)
      let ages = [0] + (0..<30).map { _ in exp(Double.random(in: -2...14, using: &random)) }
      for age in ages {
        let gap = plan.gap(after: age, jitterSeed: UInt32.random(in: 0...9, using: &random)).seconds
        #expect(gap >= 0.999 && gap <= ceiling + 0.001)
        #expect((0.999...(ceiling + 1e-6)).contains(plan.nextAge(after: age) - age))
      }
    }
  }
}
