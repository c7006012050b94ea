import GRDB
import JobWatchCore

/// What each (account, service) has left of its quota, and what is known of it.
extension Ledger {
  package struct SavedBudget: Sendable, Hashable {
    package var key: LaneKey
    package var savedAt: Timestamp
    package var record: BudgetRecord

    package init(key: LaneKey, savedAt: Timestamp, record: BudgetRecord) {
      self.key = key
      self.savedAt = savedAt
      self.record = record
    }
  }

  package func budgets() throws -> [SavedBudget] {
    try rows("SELECT account, service, saved_at, state FROM budget ORDER BY account, service").map {
      SavedBudget(
        key: LaneKey(account: $0[0], service: $0[1]), savedAt: $0[2],
        record: try StoredJSON.value(BudgetRecord.self, $0[3]))
    }
  }

  package func save(_ budgets: [SavedBudget]) throws {
    for budget in budgets { try save(budget) }
  }

  /// Without effect where a later record of the same budget is there already: two that were made one after the other
  /// may come in either order.
  package func save(_ budget: SavedBudget) throws {
    try execute(
      """
      INSERT INTO budget (account, service, number, saved_at, state) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (account, service) DO UPDATE
        SET number = excluded.number, saved_at = excluded.saved_at, state = excluded.state
        WHERE excluded.number > number
      """,
      [
        budget.key.account, budget.key.service, budget.record.number, budget.savedAt,
        try StoredJSON.text(budget.record),
      ])
  }
}
