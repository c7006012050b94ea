import JobWatchCore
import Testing

@testable import PollPlanning

@Suite struct `The price of a call` {
  /// Ten thousand jobs that were planned at 20 s a call, and ask for 200 calls a second.
  private static let demand = 200 * 40.0.squareRoot()

  private func load(_ rate: Double, calls: Int = 0, backlog: Int = 0) -> CallPrice.Load {
    CallPrice.Load(demand: Self.demand, rate: rate, calls: calls, backlog: backlog)
  }

  /// The price at which the calls make 98 % of the rate.
  private func aim(_ rate: Double) -> Double { 20 * (200 / (0.98 * rate)) * (200 / (0.98 * rate)) }

  @Test("goes at once to where the calls fit the quota", arguments: [50.0, 200, 300])
  func start(_ rate: Double) {
    var price = CallPrice(least: 5)
    price.step(load(rate), at: .hours(7))
    #expect(abs(price.value - max(aim(rate), 5)) < 1e-9)
  }

  @Test func `is never below what the user says, and not above it where the quota is no matter`() {
    var price = CallPrice(least: 5)
    for step in 0..<50 { price.step(load(10_000), at: .seconds(5 * step)) }
    #expect(price.value == 5)
    price.least = 12
    #expect(price.value == 12)
    price.least = 1
    for step in 50..<200 { price.step(load(10_000), at: .seconds(5 * step)) }
    #expect(price.value == 1)
  }

  @Test func `moves by three percent in five seconds, however long nobody asked`() {
    var price = CallPrice(least: 5)
    price.step(load(200), at: .zero)
    var time = Duration.zero
    for pause in [5, 6, 600, 86_400, 5] {
      let before = price.value
      price.step(load(20), at: time + .seconds(5) - .milliseconds(1))
      #expect(price.value == before)
      time += .seconds(pause)
      price.step(load(20), at: time)
      #expect(abs(price.value / before - 1.03) < 1e-9)
    }
    for _ in 0..<300 {
      time += .seconds(5)
      price.step(load(20, calls: 98), at: time)
    }
    #expect(abs(price.value / (aim(20) * price.correction) - 1) < 1e-9)
    let before = price.value
    price.step(load(2000), at: time + .seconds(5))
    #expect(abs(before / price.value - 1.03) < 1e-9)
  }

  @Test func `that was stored goes on from there, with its correction`() {
    var before = CallPrice(least: 5)
    for step in 0..<400 { before.step(load(100, calls: 600), at: .seconds(5 * step)) }
    #expect(before.correction > 1.1)
    var after = CallPrice(least: 5, value: before.value, correction: before.correction)
    #expect(after.value == before.value && after.correction == before.correction)
    after.step(load(100), at: .zero)
    #expect(abs(after.value / before.value - 1) < 0.031)
  }

  @Test func `is corrected slowly, within bounds, by the calls that come due`() {
    for (calls, isDearer) in [(1500, true), (500, false)] {
      var price = CallPrice(least: 0.1)
      for step in 0..<12 { price.step(load(200, calls: calls), at: .seconds(5 * step)) }
      #expect(abs(price.correction - 1) < 0.011)
      for step in 12..<100_000 { price.step(load(200, calls: calls), at: .seconds(5 * step)) }
      #expect(isDearer ? price.correction == 3 : price.correction == 0.3)
    }
  }

  /// Then few calls come due because the user wants few.
  @Test func `is not corrected where it is the user's`() {
    var price = CallPrice(least: 500)
    for step in 0..<1000 { price.step(load(200, calls: 3), at: .seconds(5 * step)) }
    #expect(price.correction == 1)
  }

  @Test func `is a quarter higher at the most while jobs wait`() {
    for (backlog, factor) in [(0, 1.0), (2400, 1.1), (6000, 1.25), (1_000_000, 1.25)] {
      var price = CallPrice(least: 5)
      price.step(load(200, backlog: backlog), at: .zero)
      #expect(abs(price.value / aim(200) - factor) < 1e-9)
    }
  }

  @Test func `stays as it is where no call is granted`() {
    var price = CallPrice(least: 5, value: 33)
    price.step(load(0), at: .seconds(5))
    #expect(price.value == 33)
  }
}
