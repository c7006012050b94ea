import GRDB
import JobWatchCore

/// What is wrong, and what was: rows with both ends. A restart neither forgets a condition nor tells of it twice.
extension Transaction {
  /// What lasts, oldest first.
  package func openConditions() throws -> [Condition] {
    try conditions(Self.condition + " WHERE until IS NULL ORDER BY since, subject", [])
  }

  /// Puts a change on record, and the event that tells of it, unless the record says so already.
  package func apply(_ change: ConditionChange, routes: RouteTable) throws {
    guard try change.isEnd ? close(change.condition) : open(change.condition) else { return }
    effects.news.hasConditions = true
    let told = try openConditions().filter { $0.toldAt != nil }
    guard let event = change.event(besides: told) else { return }
    try append(event, of: nil, to: routes.channels(for: event))
  }

  /// True where an event is to tell of it.
  private func open(_ condition: Condition) throws -> Bool {
    let subject = "\(condition.subject)"
    try execute(
      """
      INSERT INTO condition (subject, kind, since, told_at, cause) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (subject, kind) WHERE until IS NULL DO UPDATE
        SET told_at = excluded.told_at, cause = excluded.cause
        WHERE told_at IS NULL AND excluded.told_at IS NOT NULL
      """,
      [subject, condition.kind.rawValue, condition.since, condition.toldAt, condition.cause])
    return db.changesCount == 1
  }

  /// True where an event is to tell of it. One that began by a clock that was ahead ends when it began.
  private func close(_ condition: Condition) throws -> Bool {
    let toldAt = try row(
      """
      UPDATE condition SET until = max(since, ?) WHERE subject = ? AND kind = ? AND until IS NULL
      RETURNING told_at
      """, [condition.until, "\(condition.subject)", condition.kind.rawValue])
    return toldAt.flatMap { $0[0] as Timestamp? } != nil
  }

  /// What kept jobwatch from seeing the jobs of an endpoint between two times. While jobwatch did not run, nothing else
  /// is known to have done so.
  package func gaps(of endpoint: EndpointKey, from: Timestamp, to: Timestamp) throws -> [BlindGap] {
    func gaps(_ subject: Condition.Subject) throws -> [BlindGap] {
      try conditions(
        Self.condition + """
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

  /// Of one subject, the newest: an endpoint may fail for a moment very often.
  private static let mostGaps = 64

  private static let condition = "SELECT subject, kind, since, until, told_at, cause FROM condition"

  /// A row that a later version wrote, of a kind that this one does not know, concerns nobody here.
  private func conditions(_ sql: String, _ arguments: StatementArguments) throws -> [Condition] {
    try rows(sql, arguments).compactMap { row in
      guard let subject = Condition.Subject(row[0] as String),
        let kind = Condition.Kind(rawValue: row[1])
      else { return nil }
      return Condition(
        subject, kind, since: row[2], until: row[3], toldAt: row[4], cause: row[5])
    }
  }

  /// Jobs of accounts that are not configured are asked for by nobody, which may cost their ends.
  package func noteConfigured(
    accounts: Set<String>, at now: Timestamp, routes: RouteTable
  ) throws -> [String] {
    let withJobs = try String.fetchAll(
      db, sql: "SELECT account FROM watched WHERE jobs > 0 ORDER BY account")
    let parked = withJobs.filter { !accounts.contains($0) }
    for account in parked {
      try apply(
        .begins(Condition(.account(account), .unconfigured, since: now, cause: "")),
        routes: routes)
    }
    for account in accounts { try apply(.configured(account: account, at: now), routes: routes) }
    return parked
  }

  /// The time from the last sign of life until now, in which jobwatch did not run. Nothing for a new database.
  package func noteStart(at now: Timestamp) throws {
    guard let last = try lastSignOfLife(), last < now else { return }
    // What was untold may have been over in a moment: nobody looked.
    try execute(
      """
      UPDATE condition SET until = max(since, ?)
      WHERE until IS NULL AND told_at IS NULL AND kind <> ?
      """, [last, Condition.Kind.unconfigured.rawValue])
    try execute(
      "INSERT INTO condition (subject, kind, since, until, cause) VALUES (?, ?, ?, ?, ?)",
      ["\(Condition.Subject.daemon)", Condition.Kind.stopped.rawValue, last, now, "not running"])
  }
}
