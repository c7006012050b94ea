import Glibc
import JobWatchCore
import TestSupport
import TestTraits
import Testing

@testable import PollPlanning

@Suite(.aside) struct `The price that meets a target` {
  /// What the plans at a price foretell, over the mix.
  private func latency(_ book: inout DurationBook, _ mix: [DurationBook.ID: Int], _ step: PriceStep) -> Double {
    let sum = mix.reduce(0.0) { sum, one in
      sum + Double(one.value) * book.plan(of: one.key, step, at: .hours(9)).meanLatency
    }
    return sum / Double(mix.values.reduce(0, +))
  }

  @Test("is one whose plans foretell it", arguments: 1...3)
  func foretold(_ seed: UInt64) {
    var random = SeededGenerator(seed)
    var taught = TaughtBook(lessons: 150, random: &random)
    // Fewer than 1000 have ended: those that run count too.
    var mix = taught.book.arrivals.counts
    for (id, entry) in taught.book.entries { mix[id, default: 0] += entry.running }
    for target in [2.0, 5, 60] {
      let price = taught.book.price(forMeanLatency: target, at: .hours(9))
      // The price lies between two steps; where the plans of one poll more end, the latencies of the two lie apart.
      let step = PriceStep(near: price)
      let near = [-1, 0, 1].map { latency(&taught.book, mix, step.moved(by: $0)) }
      #expect(near[0] <= target && target <= near[2], "\(target) s: \(near)")
      #expect(near[2] < 1.3 * near[0] ? abs(near[1] / target - 1) < 0.1 : true)
    }
  }

  @Test func `weighs each key by the jobs of it that ended last`() {
    var random = SeededGenerator(9)
    var taught = TaughtBook(lessons: 150, random: &random)
    let key = DurationKey(service: "ecs", jobType: "createServer", region: "here")
    taught.book.recall(arrivals: Array(repeating: key, count: 5000))
    let id = taught.book.id(of: key)
    #expect(taught.book.arrivals.counts == [id: 1000])
    let price = taught.book.price(forMeanLatency: 5, at: .hours(9))
    let (low, high) = (
      taught.book.plan(of: id, price: price / 1.1, at: .hours(9)).meanLatency,
      taught.book.plan(of: id, price: price * 1.1, at: .hours(9)).meanLatency
    )
    #expect(low <= 5 && 5 <= high)
    // An old job makes room for a new one.
    var model = taught.book.model(of: id, at: .hours(9))
    model.finish(.at(60), of: WatchedSpan())
    let other = taught.book.id(of: DurationKey(service: "ecs", jobType: "x", region: "here"))
    taught.book.learned(model, of: other)
    #expect(taught.book.arrivals.counts[id] == 1000 - (taught.book.arrivals.counts[other] ?? 0))
    #expect(taught.book.arrivals.counts.values.reduce(0, +) == 1000)
  }

  @Test func `is that for the watched jobs, or for any job, where none has ended`() {
    var book = DurationBook()
    let generic = book.price(forMeanLatency: 5, at: .zero)
    let plan = PollPlan(distribution: DurationModel().distribution(), price: generic)
    #expect(abs(plan.meanLatency / 5 - 1) < 0.03)
    let id = book.id(of: DurationKey(service: "ecs", jobType: "attachVolume", region: "here"))
    #expect(book.price(forMeanLatency: 5, at: .zero) == generic)
    book.watch(WatchedSpan(known: 3), of: id)
    #expect(book.price(forMeanLatency: 5, at: .hours(1)) != generic)
  }

  @Test func `lies from 10 ms to an hour`() {
    var book = DurationBook()
    #expect(abs(book.price(forMeanLatency: 1e-9, at: .zero) / 0.01 - 1) < 0.05)
    #expect(abs(book.price(forMeanLatency: 1e9, at: .zero) / 3600 - 1) < 0.05)
  }
}
