import JobWatchCore
import JobWatchStore
import PollPlanning
import Testing

@Suite struct `The stored budgets` {
  private let ecs = EndpointKey(account: "prod", service: "ecs")
  private let dcs = EndpointKey(account: "prod", service: "dcs")

  private func record(_ budget: inout RateLimiter, at uptime: Duration, calls: Int) -> RateLimiterRecord {
    for _ in 0..<calls {
      budget.spend(at: uptime)
      budget.finish(at: uptime)
    }
    return budget.record(at: uptime)
  }

  @Test func `come back as they were saved, one for each service of an account`() throws {
    try Place().transaction { transaction throws in
      var budget = RateLimiter(cap: Quota(calls: 200, per: .minutes(1)))
      budget.throttled(Throttle(limit: 100, window: .minutes(1), code: "APIGW.0308"), at: .seconds(5))
      var first = record(&budget, at: .seconds(90), calls: 7)
      (first.price, first.trim) = (12.25, 0.875)
      let saved = [(dcs, first), (ecs, record(&budget, at: .seconds(91), calls: 3))].map {
        $0.1.stored(as: $0.0, at: .start)
      }
      for budget in saved.reversed() { try transaction.budgets.save([budget]) }
      #expect(try transaction.budgets.all() == saved)
    }
  }

  @Test func `give way to a later record only, whatever the wall clock says`() throws {
    try Place().transaction { transaction throws in
      var budget = RateLimiter()
      let records = (0..<3).map { record(&budget, at: .seconds($0), calls: 1) }
      let saved = records.enumerated().map { number, record in
        record.stored(as: ecs, at: .start - .hours(number))
      }
      for (budget, kept) in [(1, 1), (0, 1), (1, 1), (2, 2)] {
        try transaction.budgets.save([saved[budget]])
        #expect(try transaction.budgets.all() == [saved[kept]])
      }
    }
  }
}
