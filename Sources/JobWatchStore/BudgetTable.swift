import GRDB
import JobWatchCore
import PollPlanning

/// What each (account, service) has left of its quota, and what is known of it.
extension Transaction {
  /// - Parameter onUnreadable: called with each one whose record makes no sense. It is left out: to go on as after a
  ///   first start costs some answers of the throttle, to stand still costs every job.
  package func budgets(onUnreadable: (EndpointKey, any Error) -> Void = { _, _ in }) throws
    -> [RateLimiterRecord]
  {
    try rows("SELECT account, service, saved_at, state FROM budget ORDER BY account, service")
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

  package func save(_ budgets: [RateLimiterRecord]) throws {
    for budget in budgets { try save(budget) }
  }

  /// Without effect where a later record of the same budget is there already: two that were made one after the other
  /// may come in either order.
  package func save(_ budget: RateLimiterRecord) throws {
    try execute(
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
