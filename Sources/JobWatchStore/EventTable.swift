import GRDB
import JobWatchCore

/// A stored event. `data` is the JSON text of its `EventData`, made once: status log and webhooks tell the same.
package struct StoredEvent: Sendable, Hashable {
  /// 1, 2, 3 … without a gap, in the order of commits.
  package var seq: Int64
  /// Random, never derived from `seq`: receivers drop what they have seen by it.
  package var id: String
  package var at: Timestamp
  package var kind: String
  package var data: String
}

/// The tables `event` and `counter`. `Transaction.append` adds to them.
package struct EventTable {
  let db: Database

  private static let select = "SELECT seq, id, at, kind, data FROM event"

  func insert(_ draft: EventDraft, id: String, of job: Int64?) throws -> Int64 {
    let next: Int64? = try db.value("UPDATE counter SET value = value + 1 WHERE name = 'seq' RETURNING value")
    guard let seq = next else { throw StoreError.lasting("the database has no event counter") }
    try db.run(
      "INSERT INTO event (seq, id, at, kind, job, data) VALUES (?, ?, ?, ?, ?, ?)",
      [seq, id, draft.time, draft.kind.rawValue, job, try StoredJSON.text(draft.data)])
    return seq
  }

  /// The number of the newest event; zero when there is none.
  package func lastSeq() throws -> Int64 { try db.value("SELECT value FROM counter WHERE name = 'seq'") ?? 0 }

  /// Raises the counter to `seq`, for a database that was restored from before the log's end.
  package func liftCounter(to seq: Int64) throws {
    try db.run("UPDATE counter SET value = max(value, ?) WHERE name = 'seq'", [seq])
  }

  /// Nil: the event never was, is pruned, or was lost with a restored backup.
  package func find(_ seq: Int64) throws -> StoredEvent? {
    try db.row(Self.select + " WHERE seq = ?", [seq]).map(StoredEvent.init)
  }

  package func all(after seq: Int64, limit: Int) throws -> [StoredEvent] {
    try db.rows(Self.select + " WHERE seq > ? ORDER BY seq LIMIT ?", [seq, limit])
      .map(StoredEvent.init)
  }

  package func all(of job: Int64) throws -> [StoredEvent] {
    try db.rows(Self.select + " WHERE job = ? ORDER BY seq", [job]).map(StoredEvent.init)
  }

  /// The number of the event that told the seen end of a job.
  func end(of job: Int64) throws -> Int64? {
    try db.value(
      "SELECT max(seq) FROM event WHERE job = ? AND kind IN (?, ?)",
      [job, EventKind.jobSucceeded.rawValue, EventKind.jobFailed.rawValue])
  }

  /// The time between the newest `daemon.started` and the event before it; nil where one of them is missing.
  package func downtimeBeforeStart() throws -> Duration? {
    try db.value(
      """
      SELECT start.at - (SELECT at FROM event WHERE seq < start.seq ORDER BY seq DESC LIMIT 1)
      FROM event start WHERE kind = ? ORDER BY seq DESC LIMIT 1
      """, [EventKind.daemonStarted.rawValue]
    ).map { Duration.milliseconds($0 as Int64) }
  }
}

extension StoredEvent {
  fileprivate init(_ row: Row) {
    self.init(seq: row[0], id: row[1], at: row[2], kind: row[3], data: row[4])
  }
}
