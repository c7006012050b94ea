import JobWatchCore
import Testing

@testable import PollPlanning

@Suite struct `The price of a call, as the load changes` {
  /// As it is after so many steps of one load.
  private func price(
    from start: CallPrice = CallPrice(least: 0.01), after steps: Int = 1, of load: CallPrice.Load
  ) -> CallPrice {
    var price = start
    for step in 1...steps { price.step(load, at: .hours(1) + CallPrice.interval.scaled(by: Double(step))) }
    return price
  }

  /// A price that has made its first step, which is of any size, in vain.
  private var idle: CallPrice {
    var price = CallPrice(least: 0.01)
    price.step(CallPrice.Load(demand: 0, rate: 10), at: .hours(1))
    return price
  }

  @Test func `follows a few jobs before their gaps are over`() {
    // At a price of 2 s the demand is 20 calls a second; 120 jobs are asked for every 12 s.
    let load = CallPrice.Load(demand: 20, rate: 10, calls: 50, jobs: 120)
    #expect(price(from: idle, after: 6, of: load).value > 1.5)
    let reached = price(from: idle, after: 40, of: load)
    #expect((1.8...2.4).contains(reached.value))
    let gone = CallPrice.Load(demand: 0.1, rate: 10, calls: 1, jobs: 5)
    var price = reached
    for step in 1...6 { price.step(gone, at: .hours(2) + CallPrice.interval.scaled(by: Double(step))) }
    #expect(price.value == 0.01)
  }

  @Test(arguments: [5000, 100_000, nil])
  func `moves by little at once where many jobs have long gaps`(_ jobs: Int?) {
    let load = CallPrice.Load(demand: 2000, rate: 10, calls: 50, jobs: jobs)
    #expect(price(from: idle, of: load).value <= 0.01 * 1.0301)
  }

  @Test func `leaves room for the calls that no plan makes`() {
    let planned = price(of: CallPrice.Load(demand: 20, rate: 10, calls: 50, jobs: 100))
    let load = CallPrice.Load(demand: 20, rate: 10, calls: 50, unplanned: 25, jobs: 100)
    let shared = price(of: load)
    // 4.8 calls a second are left of 9.8, and calls go by the root of the price.
    let ratio = 9.8 / 4.8
    #expect(abs(shared.value / planned.value / (ratio * ratio) - 1) < 1e-9)
  }

  @Test func `stays finite where such calls take more than all`() {
    let load = CallPrice.Load(demand: 20, rate: 10, calls: 500, unplanned: 500, jobs: 100)
    #expect((100...250).contains(price(of: load).value))
  }
}
