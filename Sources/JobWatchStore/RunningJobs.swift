import GRDB
import JobWatchCore

extension Transaction {
  /// Calls `body` with each job that runs and may end, and with its type: a distribution follows from them and from the
  /// ended jobs.
  ///
  /// - Parameters:
  ///   - accounts: only theirs.
  ///   - service: only its jobs; nil: all.
  package func forEachRunning(
    of accounts: [String], service: String?, _ body: (DurationKey, WatchedSpan) -> Void
  ) throws {
    var query: SQL = """
      SELECT service, job_type, region, watched_from, known_age FROM job INDEXED BY job_active
      WHERE ended_at IS NULL AND due_at IS NOT NULL AND state <> \(JobState.awaitingPayment.rawValue)
        AND paid_at IS NULL AND known_age > 0 AND account IN \(accounts)
      """
    if let service { query += " AND service = \(service)" }
    let cursor = try SQLRequest<Row>(literal: query).fetchCursor(db)
    while let row = try cursor.next() {
      let jobType: String? = row[1]
      body(
        DurationKey(service: row[0], jobType: jobType ?? "", region: row[2]),
        WatchedSpan(from: Double(milliseconds: row[3]), known: Double(milliseconds: row[4])))
    }
  }
}
