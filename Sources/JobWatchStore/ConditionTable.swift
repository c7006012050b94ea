import GRDB
import JobWatchCore

/// The table `condition`: what is or was wrong, with both ends. A restart neither forgets a condition nor tells it
/// twice. `Transaction` changes it: `apply` and `noteStart`.
package struct ConditionTable {
  let db: Database

  /// The conditions that last, oldest first.
  package func open() throws -> [Condition] { try select("WHERE until IS NULL ORDER BY since, subject") }

  /// Records that a condition began, or that one on record is told now. Returns false where the record stays as it is.
  func open(_ condition: Condition) throws -> Bool {
    try db.run(
      """
      INSERT INTO condition (subject, kind, since, told_at, cause) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (subject, kind) WHERE until IS NULL DO UPDATE
        SET told_at = excluded.told_at, cause = excluded.cause
        WHERE told_at IS NULL AND excluded.told_at IS NOT NULL
      """,
      [
        "\(condition.subject)", condition.kind.rawValue, condition.since, condition.toldAt,
        condition.cause,
      ])
    return db.changesCount == 1
  }

  /// Ends a condition, at its beginning if that is ahead of the clock. Returns whether its end has to be told, as its
  /// beginning was.
  func close(_ condition: Condition) throws -> Bool {
    let toldAt: Timestamp? = try db.value(
      """
      UPDATE condition SET until = max(since, ?) WHERE subject = ? AND kind = ? AND until IS NULL
      RETURNING told_at
      """, [condition.until, "\(condition.subject)", condition.kind.rawValue])
    return toldAt != nil
  }

  /// Records a time in which jobwatch did nothing: it did not run, the machine slept, or the clock passed it over. A stop
  /// of jobwatch ends the conditions that were not told, because each may have been over in a moment; that an account is
  /// not configured lasts.
  package func noteStop(from last: Timestamp, to now: Timestamp, because cause: String? = nil) throws {
    if cause == nil {
      try db.run(
        """
        UPDATE condition SET until = max(since, ?)
        WHERE until IS NULL AND told_at IS NULL AND kind <> ?
        """, [last, Condition.Kind.unconfigured.rawValue])
    }
    try db.run(
      "INSERT INTO condition (subject, kind, since, until, cause) VALUES (?, ?, ?, ?, ?)",
      ["\(Condition.Subject.daemon)", Condition.Kind.stopped.rawValue, last, now, cause ?? "not running"])
  }

  package func hasTimesAhead(of now: Timestamp) throws -> Bool {
    try db.row("SELECT 1 FROM condition WHERE \(Self.areAhead) LIMIT 1", [now]) != nil
  }

  /// Ends what a clock that was ahead put into the future, lest it hide the causes of what is to come.
  package func boundTimes(at now: Timestamp) throws {
    try db.run("UPDATE condition SET since = min(since, ?1), until = min(until, ?1) WHERE \(Self.areAhead)", [now])
  }

  private static let areAhead = "max(since, coalesce(until, since)) > ?1"

  /// What kept jobwatch from seeing the jobs of an endpoint between two times. The times without jobwatch are cut out
  /// of all other gaps, because nobody knows what else was wrong then.
  package func gaps(of endpoint: EndpointKey, from: Timestamp, to: Timestamp) throws -> [BlindGap] {
    func gaps(_ subject: Condition.Subject) throws -> [BlindGap] {
      try select(
        """
        WHERE subject = ?1 AND since < ?3 AND coalesce(until, ?3) > ?2
        ORDER BY since DESC LIMIT \(Self.mostGaps)
        """, ["\(subject)", from, to]
      ).map { BlindGap(from: $0.since, to: $0.until ?? to, cause: $0.blindness) }
    }
    let stops = try gaps(.daemon)
    let others = try [.poller, .account(endpoint.account), .endpoint(endpoint)].flatMap(gaps)
    return stops
      + others.flatMap { gap in
        stops.reduce([gap]) { pieces, stop in pieces.flatMap { $0.without(stop) } }
      }
  }

  /// The newest gaps of one subject that are read: an endpoint may fail for a moment very often.
  private static let mostGaps = 64

  /// Skips rows of a later version, whose kind this one does not know.
  private func select(_ rest: String, _ arguments: StatementArguments = []) throws -> [Condition] {
    try db.rows(
      "SELECT subject, kind, since, until, told_at, cause FROM condition " + rest, arguments
    ).compactMap { row in
      guard let subject = Condition.Subject(row[0] as String),
        let kind = Condition.Kind(rawValue: row[1])
      else { return nil }
      return Condition(subject, kind, since: row[2], until: row[3], toldAt: row[4], cause: row[5])
    }
  }
}
