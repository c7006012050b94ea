import GRDB
import JobWatchCore

/// How things stand, in numbers that are read as fast with a million jobs as with ten; a million messages that wait take
/// a third of a second.
package struct Totals: Sendable, Hashable {
  /// Jobs that have not ended, by account; an account that is no longer configured has its jobs parked.
  package var watched: [String: Int]
  /// Of them, those whose end was told to be at risk of being missed, and that were not seen since.
  package var atRisk: Int
  /// Messages that are still to be delivered, by channel, those of channels that are no longer configured too.
  package var waiting: [String: Int]
  /// Messages that were given up.
  package var givenUp: Int

  package init(
    watched: [String: Int] = [:], atRisk: Int = 0, waiting: [String: Int] = [:], givenUp: Int = 0
  ) {
    self.watched = watched
    self.atRisk = atRisk
    self.waiting = waiting
    self.givenUp = givenUp
  }
}

extension Transaction {
  package func standing() throws -> Totals {
    Totals(
      watched: try counts("SELECT account, jobs FROM watched WHERE jobs > 0"),
      atRisk: try count("SELECT count(*) FROM job WHERE at_risk_since IS NOT NULL"),
      waiting: try counts(
        """
        SELECT channel, count(*) FROM message INDEXED BY message_due WHERE state = 'waiting'
        GROUP BY channel
        """),
      givenUp: try count("SELECT count(*) FROM message WHERE state = 'given_up'"))
  }

  /// Counts the watched jobs from themselves, which takes a tenth of a second for a million, and sets right what was
  /// kept in passing.
  package func recountWatched() throws {
    let jobs = try counts(
      """
      SELECT account, count(*) FROM job INDEXED BY job_active WHERE ended_at IS NULL
      GROUP BY account
      """)
    guard jobs != (try counts("SELECT account, jobs FROM watched WHERE jobs > 0")) else { return }
    try execute("DELETE FROM watched", [])
    for (account, number) in jobs {
      try execute("INSERT INTO watched (account, jobs) VALUES (?, ?)", [account, number])
    }
  }

  /// The end of a job may be missed, and that is told; until the next sighting, or the end.
  func noteRisk(of job: Int64, since now: Timestamp) throws {
    try execute(
      """
      UPDATE job SET at_risk_since = coalesce(at_risk_since, ?) WHERE id = ? AND ended_at IS NULL
      """, [now, job])
  }

  private func count(_ sql: String) throws -> Int {
    Int(clamping: try integer(sql) ?? 0)
  }

  private func counts(_ sql: String) throws -> [String: Int] {
    try rows(sql).reduce(into: [:]) { $0[$1[0]] = $1[1] }
  }
}
