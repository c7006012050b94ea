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

extension Transaction {
  func enqueue(_ seq: Int64, _ channel: String, job: Int64?, at: Timestamp) throws {
    try execute(
      """
      INSERT INTO message (seq, channel, job, due_at, set_at) VALUES (?1, ?2, ?3, ?4, ?4)
      ON CONFLICT (seq, channel) DO NOTHING
      """, [seq, channel, job, at])
    effects.news.hasMessages = true
  }

  /// Queues the event that told a job's end for a channel that was named later.
  package func enqueueEnd(of job: Int64, to channel: String, at: Timestamp) throws {
    let kinds = [EventKind.jobSucceeded, .jobFailed].map(\.rawValue)
    guard
      let seq = try integer(
        "SELECT max(seq) FROM event WHERE job = ? AND kind IN (?, ?)", [job, kinds[0], kinds[1]])
    else { return }
    try enqueue(seq, channel, job: job, at: at)
  }

  /// What a channel may be told now: never a message of a job while an earlier one of the same job waits, so that
  /// each job's story arrives in order. What never failed goes first, so that what is not taken holds up nothing.
  ///
  /// - Parameter newestFirst: of what never failed. One that just came is most likely of another kind than those that
  ///   are not taken.
  package func dueMessages(
    _ channel: String, at now: Timestamp, limit: Int, newestFirst: Bool = false
  ) throws -> [OutgoingMessage] {
    let fresh = try dueMessages(
      channel, at: now, limit: limit, "m.last_error IS NULL",
      by: newestFirst ? "m.due_at DESC, m.seq DESC" : "m.due_at, m.seq")
    guard fresh.count < limit else { return fresh }
    return try fresh
      + dueMessages(
        channel, at: now, limit: limit - fresh.count, "m.last_error IS NOT NULL",
        by: "m.due_at, m.seq")
  }

  private func dueMessages(
    _ channel: String, at now: Timestamp, limit: Int, _ condition: String, by order: String
  ) throws -> [OutgoingMessage] {
    try rows(
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

  /// When the first message of a channel falls due that is not due at `now`; nil: none waits.
  package func nextMessageDue(_ channel: String, after now: Timestamp) throws -> Timestamp? {
    try integer(
      "SELECT min(due_at) FROM message WHERE channel = ? AND state = 'waiting' AND due_at > ?",
      [channel, now]
    ).map(Timestamp.init(milliseconds:))
  }

  /// What becomes of a message after an attempt.
  package enum Settlement: Sendable, Hashable {
    case delivered
    case retry(at: Timestamp)
    /// The channel takes nothing for now. What is asked again for ever must not use up the attempts, nor fill the
    /// table.
    case held(until: Timestamp)
    case givenUp
  }

  package func settle(
    _ message: Int64, _ settlement: Settlement, outcome: DeliveryOutcome, startedAt: Timestamp,
    at now: Timestamp
  ) throws {
    let (state, due, settled): (String, Timestamp?, Timestamp?) =
      switch settlement {
      case .delivered: ("delivered", nil, now)
      case .retry(let due), .held(let due): ("waiting", due, nil)
      case .givenUp: ("given_up", nil, now)
      }
    let isHeld = if case .held = settlement { true } else { false }
    try execute(
      """
      UPDATE message SET state = ?, due_at = coalesce(?, due_at), set_at = ?, settled_at = ?,
        attempts = attempts + ?, last_error = ? WHERE id = ? AND state = 'waiting'
      """, [state, due, now, settled, isHeld ? 0 : 1, outcome.reason, message])
    guard db.changesCount == 1, !isHeld else { return }
    try execute(
      "INSERT INTO attempt (message, at, took_ms, http_status, error) VALUES (?, ?, ?, ?, ?)",
      [
        message, startedAt, max((now - startedAt).milliseconds, 0), outcome.status, outcome.reason,
      ])
  }

  /// A channel works again: what waits for a later try is due. The attempt counts in place of the last one, whose
  /// wait it cuts short: or one trouble after the other would use them up.
  ///
  /// - Parameter kept: what waits on.
  package func makeDue(_ channel: String, at now: Timestamp, except kept: Set<Int64> = []) throws {
    let list = "[" + kept.map(String.init).joined(separator: ",") + "]"
    try execute(
      """
      UPDATE message SET due_at = ?1, set_at = ?1, attempts = max(attempts - 1, 0)
      WHERE channel = ?2 AND state = 'waiting' AND due_at > ?1
        AND id NOT IN (SELECT value FROM json_each(?3))
      """, [now, channel, list])
  }

  /// Whether there is one that `boundDueTimes` would bound.
  package func hasDueTimeAhead(_ channel: String, at now: Timestamp) throws -> Bool {
    try row(
      """
      SELECT id FROM message INDEXED BY message_due
      WHERE channel = ?1 AND state = 'waiting' AND due_at > ?2 AND set_at > ?2 LIMIT 1
      """, [channel, now]) != nil
  }

  /// Bounds up to `limit` messages that were set by a clock which was ahead of what it is now.
  ///
  /// - Parameter step: by how much it was set, where that is known.
  package func boundDueTimes(
    _ channel: String, at now: Timestamp, after step: Duration, limit: Int
  ) throws {
    let ahead = try rows(
      """
      SELECT id, due_at, set_at FROM message INDEXED BY message_due
      WHERE channel = ?1 AND state = 'waiting' AND due_at > ?2 AND set_at > ?2 LIMIT ?3
      """, [channel, now, limit])
    for row in ahead {
      let due = DueTime(at: row[1], setAt: row[2]).bounded(at: now, after: step)
      try execute(
        "UPDATE message SET due_at = ?, set_at = ? WHERE id = ?",
        [due.at, due.setAt, row[0] as Int64])
    }
  }

  package struct MessageStatus: Sendable {
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

  package func messages(of job: Int64) throws -> [MessageStatus] {
    try rows(
      """
      SELECT m.seq, e.id, e.kind, m.channel, m.state, m.attempts, m.due_at, m.settled_at,
        m.last_error, m.set_at
      FROM message m JOIN event e ON e.seq = m.seq WHERE e.job = ? ORDER BY m.seq, m.channel
      """, [job]
    ).map { row in
      MessageStatus(
        seq: row[0], eventID: row[1], kind: row[2], channel: row[3], state: row[4],
        attempts: row[5], due: DueTime(at: row[6], setAt: row[9]), settledAt: row[7],
        lastError: row[8])
    }
  }
}
