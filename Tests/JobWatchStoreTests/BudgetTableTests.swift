import JobWatchCore
import JobWatchStore
import Testing

@Suite struct `The stored budgets` {
  private let ecs = LaneKey(account: "prod", service: "ecs")
  private let dcs = LaneKey(account: "prod", service: "dcs")

  private func record(
    _ budget: inout Budget, at uptime: Duration, calls: Int
  ) -> BudgetRecord {
    for _ in 0..<calls {
      budget.spend(at: uptime)
      budget.finish(at: uptime)
    }
    return budget.record(at: uptime)
  }

  @Test func `come back as they were saved, one for each service of an account`() throws {
    try Place().ledger { ledger throws in
      var budget = Budget(cap: Quota(calls: 200, per: .minutes(1)))
      budget.throttled(
        Throttle(limit: 100, window: .minutes(1), code: "APIGW.0308"), at: .seconds(5))
      var first = record(&budget, at: .seconds(90), calls: 7)
      (first.price, first.trim) = (12.25, 0.875)
      let saved = [(dcs, first), (ecs, record(&budget, at: .seconds(91), calls: 3))].map {
        Ledger.SavedBudget(key: $0.0, savedAt: .start, record: $0.1)
      }
      for budget in saved.reversed() { try ledger.save(budget) }
      #expect(try ledger.budgets() == saved)
    }
  }

  @Test func `give way to a later record only, whatever the wall clock says`() throws {
    try Place().ledger { ledger throws in
      var budget = Budget()
      let records = (0..<3).map { record(&budget, at: .seconds($0), calls: 1) }
      let saved = records.enumerated().map { number, record in
        Ledger.SavedBudget(key: ecs, savedAt: .start - .hours(number), record: record)
      }
      for (budget, kept) in [(1, 1), (0, 1), (1, 1), (2, 2)] {
        try ledger.save(saved[budget])
        #expect(try ledger.budgets() == [saved[kept]])
      }
    }
  }
}
