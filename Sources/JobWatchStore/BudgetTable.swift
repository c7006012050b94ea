import GRDB
import JobWatchCore
import PollPlanning

/// The table `budget`: each endpoint's rate limiter as it is stored.
package struct BudgetTable {
  let db: Database

  /// - Parameter onUnreadable: called with each record that cannot be decoded, and is left out. A start without it
  ///   costs some throttled calls; no start would cost every job.
  package func all(
    onUnreadable: (EndpointKey, any Error) -> Void = { _, _ in }
  ) throws -> [RateLimiterRecord] {
    try db.rows("SELECT account, service, saved_at, state FROM budget ORDER BY account, service")
      .compactMap { row in
        let key = EndpointKey(account: row[0], service: row[1])
        do {
          return try StoredJSON.value(RateLimiterRecord.self, row[3]).stored(as: key, at: row[2])
        } catch {
          onUnreadable(key, error)
          return nil
        }
      }
  }

  /// Leaves a later record of the same budget as it is, because two records may come in either order.
  package func save(_ budgets: [RateLimiterRecord]) throws {
    for budget in budgets {
      try db.run(
        """
        INSERT INTO budget (account, service, number, saved_at, state) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (account, service) DO UPDATE
          SET number = excluded.number, saved_at = excluded.saved_at, state = excluded.state
          WHERE excluded.number > number
        """,
        [
          budget.key.account, budget.key.service, budget.number, budget.savedAt,
          try StoredJSON.text(budget),
        ])
    }
  }
}
