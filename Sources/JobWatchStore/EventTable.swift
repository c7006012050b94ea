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

extension Transaction {
  /// Gives the event its number and id, and queues a message for each channel. Dedupe first: a number that was
  /// given is never taken back.
  @discardableResult
  package func append(_ draft: EventDraft, of job: Int64?, to channels: [String]) throws -> Int64 {
    guard
      let seq = try integer(
        "UPDATE counter SET value = value + 1 WHERE name = 'seq' RETURNING value")
    else {
      throw StoreError(kind: .lasting, description: "the database has no event counter")
    }
    try execute(
      "INSERT INTO event (seq, id, at, kind, job, data) VALUES (?, ?, ?, ?, ?, ?)",
      [
        seq, Self.newEventID(), draft.time, draft.kind.rawValue, job,
        try StoredJSON.text(draft.data),
      ])
    for channel in channels { try enqueue(seq, channel, job: job, at: draft.time) }
    effects.news.hasEvents = true
    if draft.kind == .jobRegistered { effects.news.hasJobs = true }
    if draft.kind == .jobAtRisk, let job { try noteRisk(of: job, since: draft.time) }
    return seq
  }

  /// 128 random bits, in the form that Standard Webhooks suggests.
  private static func newEventID() -> String {
    var generator = SystemRandomNumberGenerator()
    let high = String(generator.next(), radix: 16)
    let low = String(generator.next(), radix: 16)
    return "msg_" + String(repeating: "0", count: 16 - high.count) + high
      + String(repeating: "0", count: 16 - low.count) + low
  }

  /// The number of the newest event; zero when there is none.
  package func lastSeq() throws -> Int64 {
    try integer("SELECT value FROM counter WHERE name = 'seq'") ?? 0
  }

  /// Raises the counter to `seq`, for a database that was restored from before the log's end.
  package func liftCounter(to seq: Int64) throws {
    try execute("UPDATE counter SET value = max(value, ?) WHERE name = 'seq'", [seq])
  }

  /// Nil: it was never there, is pruned, or was lost with a restored backup.
  package func event(_ seq: Int64) throws -> StoredEvent? {
    try row("SELECT seq, id, at, kind, data FROM event WHERE seq = ?", [seq])
      .map(StoredEvent.init(row:))
  }

  /// Events after `seq`, in order.
  package func events(after seq: Int64, limit: Int) throws -> [StoredEvent] {
    try rows(
      "SELECT seq, id, at, kind, data FROM event WHERE seq > ? ORDER BY seq LIMIT ?", [seq, limit]
    ).map(StoredEvent.init(row:))
  }

  package func events(of job: Int64) throws -> [StoredEvent] {
    try rows("SELECT seq, id, at, kind, data FROM event WHERE job = ? ORDER BY seq", [job])
      .map(StoredEvent.init(row:))
  }
}

extension StoredEvent {
  init(row: Row) {
    self.init(seq: row[0], id: row[1], at: row[2], kind: row[3], data: row[4])
  }
}
