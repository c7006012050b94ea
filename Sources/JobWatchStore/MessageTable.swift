import GRDB
import JobWatchCore

/// An event on its way to one channel.
package struct OutgoingMessage: Sendable, Hashable {
  package var id: Int64
  package var job: Int64?
  /// Failed attempts so far.
  package var attempts: Int
  package var event: StoredEvent
}

/// The tables `message` and `attempt`: the outbox.
package struct MessageTable {
  let db: Database

  /// What becomes of a message after an attempt.
  package enum Settlement: Sendable, Hashable {
    case delivered
    case retry(at: Timestamp)
    /// The channel takes nothing for now. Such an attempt is neither counted nor stored: it may repeat for ever.
    case held(until: Timestamp)
    case givenUp
  }

  package struct Status: Sendable {
    package var seq: Int64
    package var eventID: String
    package var kind: String
    package var channel: String
    package var state: String
    package var attempts: Int
    package var due: DueTime
    package var settledAt: Timestamp?
    package var lastError: String?
  }

  func insert(_ seq: Int64, _ channel: String, job: Int64?, at: Timestamp) throws {
    try db.run(
      """
      INSERT INTO message (seq, channel, job, due_at, set_at) VALUES (?1, ?2, ?3, ?4, ?4)
      ON CONFLICT (seq, channel) DO NOTHING
      """, [seq, channel, job, at])
  }

  /// The messages that are due on a channel, at most one of each job: its messages arrive in order. Those that never
  /// failed go first, because the channel may take them where it refuses others.
  ///
  /// - Parameter newestFirst: the order of those that never failed.
  package func due(
    _ channel: String, at now: Timestamp, limit: Int, newestFirst: Bool = false
  ) throws -> [OutgoingMessage] {
    let fresh = try due(
      channel, at: now, limit: limit, "m.last_error IS NULL",
      by: newestFirst ? "m.due_at DESC, m.seq DESC" : "m.due_at, m.seq")
    guard fresh.count < limit else { return fresh }
    return try fresh
      + due(channel, at: now, limit: limit - fresh.count, "m.last_error IS NOT NULL", by: "m.due_at, m.seq")
  }

  private func due(
    _ channel: String, at now: Timestamp, limit: Int, _ condition: String, by order: String
  ) throws -> [OutgoingMessage] {
    try db.rows(
      """
      SELECT m.id, m.job, m.attempts, e.seq, e.id, e.at, e.kind, e.data
      FROM message m JOIN event e ON e.seq = m.seq
      WHERE m.channel = ?1 AND m.state = 'waiting' AND m.due_at <= ?2
        AND \(condition) AND NOT EXISTS (
        SELECT 1 FROM message earlier WHERE earlier.channel = ?1 AND earlier.job = m.job
          AND earlier.state = 'waiting' AND earlier.seq < m.seq)
      ORDER BY \(order) LIMIT ?3
      """, [channel, now, limit]
    ).map { row in
      OutgoingMessage(
        id: row[0], job: row[1], attempts: row[2],
        event: StoredEvent(seq: row[3], id: row[4], at: row[5], kind: row[6], data: row[7]))
    }
  }

  /// The first due time of a channel after `now`; nil: no message waits for one.
  package func nextDue(_ channel: String, after now: Timestamp) throws -> Timestamp? {
    try db.value(
      "SELECT min(due_at) FROM message WHERE channel = ? AND state = 'waiting' AND due_at > ?",
      [channel, now])
  }

  /// Attempts with messages that wait, since the channel took one last.
  package func failuresInARow(_ channel: String) throws -> Int {
    try db.value(
      """
      SELECT coalesce(sum(attempts), 0) FROM message
      WHERE channel = ?1 AND state = 'waiting' AND set_at > coalesce((
        SELECT settled_at FROM message WHERE channel = ?1 AND state = 'delivered' ORDER BY id DESC LIMIT 1), 0)
      """, [channel]) ?? 0
  }

  package func settle(
    _ message: Int64, _ settlement: Settlement, outcome: DeliveryOutcome, startedAt: Timestamp, at now: Timestamp
  ) throws {
    let (state, due, settled): (String, Timestamp?, Timestamp?) =
      switch settlement {
      case .delivered: ("delivered", nil, now)
      case .retry(let due), .held(let due): ("waiting", due, nil)
      case .givenUp: ("given_up", nil, now)
      }
    let isHeld = if case .held = settlement { true } else { false }
    try db.run(
      """
      UPDATE message SET state = ?, due_at = coalesce(?, due_at), set_at = ?, settled_at = ?,
        attempts = attempts + ?, last_error = ? WHERE id = ? AND state = 'waiting'
      """, [state, due, now, settled, isHeld ? 0 : 1, outcome.reason, message])
    guard db.changesCount == 1, !isHeld else { return }
    try db.run(
      "INSERT INTO attempt (message, at, took_ms, http_status, error) VALUES (?, ?, ?, ?, ?)",
      [
        message, startedAt, max((now - startedAt).milliseconds, 0), outcome.status, outcome.reason,
      ])
  }

  /// Makes the messages of a channel that works again due. The next attempt replaces the last one, because recoveries
  /// must not use up the attempts.
  ///
  /// - Parameter others: messages that are due at another time, or nil: when they are now.
  package func makeDue(_ channel: String, at now: Timestamp, except others: [Int64: Timestamp?] = [:]) throws {
    let times = others.map { "\"\($0)\":\($1?.milliseconds ?? .max)" }.joined(separator: ",")
    try db.run(
      """
      UPDATE message SET due_at = coalesce(?3 ->> ('$.' || id), ?1), set_at = ?1, attempts = max(attempts - 1, 0)
      WHERE channel = ?2 AND state = 'waiting' AND due_at > coalesce(?3 ->> ('$.' || id), ?1)
      """, [now, channel, "{\(times)}"])
  }

  private func aheadOfClock(_ channel: String, at now: Timestamp, limit: Int) throws -> [Row] {
    try db.rows(
      """
      SELECT id, due_at, set_at FROM message INDEXED BY message_due
      WHERE channel = ?1 AND state = 'waiting' AND due_at > ?2 AND set_at > ?2 LIMIT ?3
      """, [channel, now, limit])
  }

  /// Whether `boundDueTimes` has anything to do.
  package func hasDueTimeAhead(_ channel: String, at now: Timestamp) throws -> Bool {
    try !aheadOfClock(channel, at: now, limit: 1).isEmpty
  }

  /// Bounds the due times of up to `limit` messages that a clock ahead of `now` set, which was set back by `step`
  /// (zero: not known).
  package func boundDueTimes(_ channel: String, at now: Timestamp, after step: Duration, limit: Int) throws {
    for row in try aheadOfClock(channel, at: now, limit: limit) {
      let due = DueTime(at: row[1], setAt: row[2]).bounded(at: now, after: step)
      try db.run("UPDATE message SET due_at = ?, set_at = ? WHERE id = ?", [due.at, due.setAt, row[0] as Int64])
    }
  }

  package func all(of job: Int64) throws -> [Status] {
    try db.rows(
      """
      SELECT m.seq, e.id, e.kind, m.channel, m.state, m.attempts, m.due_at, m.set_at,
        m.settled_at, m.last_error
      FROM message m JOIN event e ON e.seq = m.seq WHERE e.job = ? ORDER BY m.seq, m.channel
      """, [job]
    ).map { row in
      Status(
        seq: row[0], eventID: row[1], kind: row[2], channel: row[3], state: row[4],
        attempts: row[5], due: DueTime(at: row[6], setAt: row[7]), settledAt: row[8],
        lastError: row[9])
    }
  }
}
