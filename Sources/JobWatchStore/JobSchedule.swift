import GRDB
import JobWatchCore

extension Transaction {
  /// What the schedule is built from, of one job.
  package struct Scheduled: Sendable {
    package var id: Int64
    package var key: JobKey
    package var region: String
    package var jobType: String?
    package var state: JobState
    package var span: WatchedSpan
    /// It counts among the jobs that run and may end.
    package var isWatched: Bool
    /// When it had the age of `span.known`: when it was last seen, or when it began.
    package var knownAt: Timestamp
    package var dueAt: Timestamp
    /// How long after its begin it is expected to have ended.
    package var expectWithin: Duration?
    /// It was not asked for yet, or nothing came of it.
    package var isFresh: Bool
    /// It was shown some time.
    package var isSeen: Bool
    /// The service said "no such job", which is not believed yet.
    package var isDoubted: Bool

    /// Where it is watched; by the local clock.
    package var begunAt: Timestamp {
      knownAt - .milliseconds(Int64((1000 * span.known).rounded()))
    }

    /// Submitted again after it was lost, say, and not asked for since.
    package var isReopened: Bool { state == .registered && isSeen }

    /// Looked for now and then, with little hope.
    package var isLost: Bool { state == .lost }
  }

  private static let scheduled = """
    SELECT j.id, j.account, j.service, j.job_id, j.region, j.job_type, j.state, j.watched_from, j.known_age,
      j.paid_at, j.last_seen_at, coalesce(j.hint_begin, j.submitted_at) AS begun, j.due_at, j.absent_answers,
      j.expect_within
    FROM job j
    """

  /// Every job that is still polled: what the schedule is rebuilt from.
  package func schedule() throws -> [Scheduled] {
    try schedule(after: 0, limit: .max)
  }

  /// Up to `limit` of them, in the order of their ids.
  package func schedule(after id: Int64, limit: Int) throws -> [Scheduled] {
    let cursor = try Row.fetchCursor(
      db.cachedStatement(
        sql: Self.scheduled + " WHERE j.due_at IS NOT NULL AND j.id > ? ORDER BY j.id LIMIT ?"),
      arguments: [id, limit])
    var scheduled: [Scheduled] = []
    while let row = try cursor.next() { scheduled.append(try Scheduled(row)) }
    return scheduled
  }

  /// The jobs whose watch was begun, or begun again, by an event after `seq`.
  package func scheduled(after seq: Int64) throws -> [Scheduled] {
    try rows(
      Self.scheduled + """
         WHERE j.due_at IS NOT NULL
          AND j.id IN (SELECT e.job FROM event e WHERE e.seq > ? AND e.kind = ?)
        """, [seq, EventKind.jobRegistered.rawValue]
    ).map(Scheduled.init)
  }
}

extension Transaction.Scheduled {
  /// By position: names are looked up one by one, for a million rows.
  fileprivate init(_ row: Row) throws {
    let name: String = row[6]
    guard let state = JobState(rawValue: name) else {
      throw StoreError(kind: .lasting, description: "a job has the unknown state \(name)")
    }
    let span = WatchedSpan(
      from: Double(milliseconds: row[7]), known: Double(milliseconds: row[8]))
    let (paidAt, seenAt): (Timestamp?, Timestamp?) = (row[9], row[10])
    let absences: Int64 = row[13]
    self.init(
      id: row[0], key: JobKey(account: row[1], service: row[2], jobID: row[3]), region: row[4],
      jobType: row[5], state: state, span: span,
      isWatched: Job.isWatched(state, span, isPaid: paidAt != nil), knownAt: seenAt ?? row[11],
      dueAt: row[12], expectWithin: Duration(stored: row[14]),
      isFresh: seenAt == nil && absences == 0, isSeen: seenAt != nil, isDoubted: absences > 0)
  }
}
