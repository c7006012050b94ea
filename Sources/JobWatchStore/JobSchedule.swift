import GRDB
import JobWatchCore

extension Transaction {
  private static let scheduled = """
    SELECT j.id, j.account, j.service, j.job_id, j.region, j.job_type, j.state, j.watched_from, j.known_age,
      j.paid_at, j.last_seen_at, coalesce(j.hint_begin, j.submitted_at) AS begun, j.due_at, j.absent_answers,
      j.expect_within
    FROM job j
    """

  /// Every job that is still polled: what the schedule is rebuilt from.
  package func schedule() throws -> [ScheduledJob] {
    try schedule(after: 0, limit: .max)
  }

  /// Up to `limit` of them, in the order of their ids.
  package func schedule(after id: Int64, limit: Int) throws -> [ScheduledJob] {
    let cursor = try Row.fetchCursor(
      db.cachedStatement(
        sql: Self.scheduled + " WHERE j.due_at IS NOT NULL AND j.id > ? ORDER BY j.id LIMIT ?"),
      arguments: [id, limit])
    var scheduled: [ScheduledJob] = []
    while let row = try cursor.next() { scheduled.append(try ScheduledJob(row)) }
    return scheduled
  }

  /// The jobs whose watch was begun, or begun again, by an event after `seq`.
  package func scheduled(after seq: Int64) throws -> [ScheduledJob] {
    try rows(
      Self.scheduled + """
         WHERE j.due_at IS NOT NULL
          AND j.id IN (SELECT e.job FROM event e WHERE e.seq > ? AND e.kind = ?)
        """, [seq, EventKind.jobRegistered.rawValue]
    ).map(ScheduledJob.init)
  }
}

extension ScheduledJob {
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
    let (key, jobType) = (
      JobKey(account: row[1], service: row[2], jobID: row[3]), row[5] as String?
    )
    self.init(
      id: row[0], endpoint: key.endpoint,
      type: DurationKey(service: key.service, jobType: jobType ?? "", region: row[4]),
      jitterSeed: key.jitterSeed, state: state, span: span,
      isWatched: Job.isWatched(state, span, isPaid: paidAt != nil), knownAt: seenAt ?? row[11],
      dueAt: row[12], expectWithin: Duration(stored: row[14]),
      isFresh: seenAt == nil && absences == 0, isSeen: seenAt != nil, isAbsent: absences > 0)
  }
}
