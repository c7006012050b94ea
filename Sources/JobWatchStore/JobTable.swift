import GRDB
import JobWatchCore

/// Which jobs a list shows; what is empty or nil asks for nothing.
package struct JobFilter: Sendable, Hashable {
  package var states: Set<JobState> = []
  /// Leaves out jobs whose end was learned before this time.
  package var endedSince: Timestamp?
  package var account: String?
  package var service: String?
  /// All of them must be on the job with these values.
  package var labels: [String: String] = [:]

  package static let all = JobFilter()
}

/// The table `job`, and `watched`, which counts its rows.
package struct JobTable {
  let db: Database

  // MARK: Find

  package func find(_ id: Int64) throws -> Job? { try db.row("SELECT * FROM job WHERE id = ?", [id]).map(Job.init) }

  package func find(_ key: JobKey) throws -> Job? {
    try db.row(
      "SELECT * FROM job WHERE account = ? AND service = ? AND job_id = ?",
      [key.account, key.service, key.jobID]
    ).map(Job.init)
  }

  /// Every job with this id, whatever its account and service.
  package func all(withID jobID: String) throws -> [Job] {
    try db.rows("SELECT * FROM job WHERE job_id = ? ORDER BY id", [jobID]).map(Job.init)
  }

  /// The watched jobs, newest first, then the ended ones, latest end first; up to `limit`. Each half follows an index
  /// in that order.
  package func all(matching filter: JobFilter, limit: Int) throws -> [Job] {
    let states = filter.states.isEmpty ? Set(JobState.allCases) : filter.states
    var jobs: [Job] = []
    if states.contains(where: { !$0.isFinal }) {
      jobs = try select(
        "SELECT * FROM job INDEXED BY job_active WHERE ended_at IS NULL", filter,
        order: "id DESC", limit: limit)
    }
    if jobs.count < limit, states.contains(where: \.isFinal) {
      let since = filter.endedSince?.milliseconds ?? .min
      jobs += try select(
        "SELECT * FROM job INDEXED BY job_by_end WHERE ended_at >= \(since)", filter,
        order: "ended_at DESC, id DESC", limit: limit - jobs.count)
    }
    return jobs
  }

  private func select(_ head: SQL, _ filter: JobFilter, order: String, limit: Int) throws -> [Job] {
    var query = head
    if !filter.states.isEmpty { query += " AND state IN \(filter.states.map(\.rawValue))" }
    if let account = filter.account { query += " AND account = \(account)" }
    if let service = filter.service { query += " AND service = \(service)" }
    for (key, value) in filter.labels {
      query += """
         AND EXISTS (
          SELECT 1 FROM json_each(job.labels) l WHERE l.key = \(key) AND l.value = \(value))
        """
    }
    query += " ORDER BY \(sql: order) LIMIT \(limit)"
    return try SQLRequest<Row>(literal: query).fetchAll(db).map(Job.init)
  }

  /// Up to `limit` ids, each once, that begin with `prefix`.
  package func ids(startingWith prefix: String, limit: Int) throws -> [String] {
    // Ids are ASCII (`JobKey.isJobID`), and DEL comes after all that they may hold.
    try db.rows(
      "SELECT DISTINCT job_id FROM job WHERE job_id >= ? AND job_id < ? ORDER BY job_id LIMIT ?",
      [prefix, prefix + "\u{7F}", limit]
    ).map { $0[0] }
  }

  // MARK: Submissions

  /// Inserts a job; nil if its key is known already.
  package func insert(_ job: Job, dueAt: Timestamp, noticeAt: Timestamp?) throws -> Job? {
    try db.run(
      """
      INSERT INTO job (account, service, job_id, project_id, region, state, labels, channels, job_type,
        hint_type, hint_begin, hint_instance, hint_task, expect_within, submitted_at, registered_at, due_at,
        notice_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (account, service, job_id) DO NOTHING
      """,
      [
        job.key.account, job.key.service, job.key.jobID, job.projectID, job.region,
        job.state.rawValue, try StoredJSON.text(job.labels), try StoredJSON.text(job.channels),
        job.jobType, job.hint.jobType, job.hint.beginTime, job.hint.instanceID, job.hint.taskID,
        job.hint.expectWithin?.milliseconds, job.submittedAt, job.registeredAt, dueAt, noticeAt,
      ])
    guard db.changesCount == 1 else { return nil }
    var stored = job
    stored.id = db.lastInsertedRowID
    return stored
  }

  /// Stores labels, channels, task and expectation of a known job that was submitted again.
  func join(_ job: Job, noticeAt: Timestamp?, dueBy: Timestamp?) throws {
    try db.run(
      """
      UPDATE job SET labels = ?1, channels = ?2, hint_instance = ?3, hint_task = ?4, expect_within = ?5,
        progress = CASE WHEN hint_instance IS ?3 AND hint_task IS ?4 THEN progress END, notice_at = ?6,
        due_at = min(due_at, coalesce(?8, due_at))
      WHERE id = ?7
      """,
      [
        try StoredJSON.text(job.labels), try StoredJSON.text(job.channels), job.hint.instanceID,
        job.hint.taskID, job.hint.expectWithin?.milliseconds, noticeAt, job.id, dueBy,
      ])
  }

  /// Begins the watch of a known job again. Its next answer is news. The polls of a job that was seen count on.
  package func reopen(_ job: Job, dueAt: Timestamp, noticeAt: Timestamp?) throws {
    try save(job, bodyHash: nil, dueAt: dueAt, noticeAt: noticeAt)
    try db.run(
      """
      UPDATE job SET body_hash = NULL, region = ?, hint_type = ?, hint_begin = ?,
        hint_instance = ?, hint_task = ?, expect_within = ?, progress = NULL, registered_at = ?,
        polls = CASE WHEN first_seen_at IS NULL THEN 0 ELSE polls - 1 END, at_risk_since = NULL
      WHERE id = ?
      """,
      [
        job.region, job.hint.jobType, job.hint.beginTime, job.hint.instanceID,
        job.hint.taskID, job.hint.expectWithin?.milliseconds, job.registeredAt, job.id,
      ])
  }

  // MARK: Polls

  /// What a poll needs of a job before the call: where to ask, and for what.
  package struct PollTarget: Sendable {
    package var id: Int64
    package var jobID: String
    package var projectID: String
    package var region: String
    package var task: TaskName?
  }

  package func pollTargets(_ ids: [Int64]) throws -> [PollTarget] {
    // One by one: a list of marks would be another statement to compile for every number of ids.
    try ids.compactMap { id in
      try db.row("SELECT id, job_id, project_id, region, hint_instance, hint_task FROM job WHERE id = ?", [id]).map {
        PollTarget(id: $0[0], jobID: $0[1], projectID: $0[2], region: $0[3], task: TaskName($0[4], $0[5]))
      }
    }
  }

  /// Stores what an answer changed. `bodyHash` is of the answer that `job.report` came from; nil keeps the old one.
  package func save(_ job: Job, bodyHash: Int64?, dueAt: Timestamp?, noticeAt: Timestamp?) throws {
    try db.run(
      """
      UPDATE job SET state = ?, report = ?, body_hash = coalesce(?, body_hash), labels = ?, channels = ?,
        project_id = ?, job_type = ?, submitted_at = ?, first_seen_at = ?, last_seen_at = ?, known_age = ?,
        watched_from = ?, paid_at = ?, record_since = ?, ended_at = ?, polls = polls + 1, absent_answers = ?,
        absent_since = ?, reported_words = ?, notices = ?, due_at = ?, notice_at = ?,
        at_risk_since = CASE WHEN ? IS last_seen_at AND ? IS NULL THEN at_risk_since END
      WHERE id = ?
      """,
      [
        job.state.rawValue, try job.report.map { try StoredJSON.text($0) }, bodyHash,
        try StoredJSON.text(job.labels), try StoredJSON.text(job.channels), job.projectID,
        job.jobType, job.submittedAt, job.firstSeenAt, job.lastSeenAt, job.span.known.milliseconds,
        job.span.from.milliseconds, job.paidAt, job.recordSince, job.endedAt,
        job.absence?.answers ?? 0, job.absence?.since, try StoredJSON.text(job.reportedWords),
        try StoredJSON.text(job.notices), dueAt, noticeAt, job.lastSeenAt, job.endedAt, job.id,
      ])
  }

  /// Stores a poll without news: the last answer again, of a job that is not absent and has no expected end to come.
  ///
  /// - Parameter noticeAt: the first notice after a sighting. A clock that was ahead has planned any later one.
  /// - Returns: the age from which the job is watched, in seconds; nil: there is news, so read the job and decide.
  package func sight(
    _ id: Int64, bodyHash: Int64, knownAge: Double, at now: Timestamp, dueAt: Timestamp, noticeAt: Timestamp?
  ) throws -> Double? {
    try db.row(
      """
      UPDATE job SET last_seen_at = ?, known_age = max(?, watched_from), polls = polls + 1, due_at = ?,
        notice_at = coalesce(min(notice_at, ?), notice_at, ?), at_risk_since = NULL
      WHERE id = ? AND body_hash = ? AND absent_answers = 0 AND ended_at IS NULL AND paid_at IS NULL
        AND coalesce(expect_within, 0) <= ? AND coalesce(record_since, 0) <= ?
      RETURNING watched_from
      """,
      [
        now, knownAge.milliseconds, dueAt, noticeAt, noticeAt, id, bodyHash, knownAge.milliseconds,
        now,
      ]
    ).map { Double(milliseconds: $0[0]) }
  }

  /// Plans the next poll of a job whose poll failed; nil: there is none.
  package func setDue(_ id: Int64, at dueAt: Timestamp?) throws {
    try db.run("UPDATE job SET due_at = ? WHERE id = ?", [dueAt, id])
  }

  /// The time of the next poll; nil: there is none.
  package func nextPoll(of id: Int64) throws -> Timestamp? { try db.value("SELECT due_at FROM job WHERE id = ?", [id]) }

  package func polls(of id: Int64) throws -> Int { try db.value("SELECT polls FROM job WHERE id = ?", [id]) ?? 0 }

  /// The progress of a job's task; nil: nobody asked for it yet. No decision reads it.
  package func progress(of id: Int64) throws -> ProgressReport? {
    try db.value("SELECT progress FROM job WHERE id = ?", [id])
      .map { try StoredJSON.value(ProgressReport.self, $0) }
  }

  package func setProgress(_ report: ProgressReport, of id: Int64) throws {
    try db.run("UPDATE job SET progress = ? WHERE id = ?", [try StoredJSON.text(report), id])
  }

  // MARK: The schedule

  /// Up to `limit` jobs that are still polled, in the order of their ids.
  package func schedule(after id: Int64 = 0, limit: Int = .max) throws -> [ScheduledJob] {
    try schedule("j.id > ? ORDER BY j.id LIMIT ?", [id, limit])
  }

  /// The jobs whose watch was begun, or begun again, by an event after `seq`, and others.
  package func scheduled(after seq: Int64, and others: Set<Int64> = []) throws -> [ScheduledJob] {
    try schedule(
      """
      j.id IN (SELECT e.job FROM event e WHERE e.seq > ? AND e.kind = ? UNION SELECT value FROM json_each(?))
      """, [seq, EventKind.jobRegistered.rawValue, "[" + others.map(String.init).joined(separator: ",") + "]"])
  }

  private func schedule(_ condition: String, _ arguments: StatementArguments) throws -> [ScheduledJob] {
    let statement = try db.cachedStatement(
      sql: """
        SELECT j.id, j.account, j.service, j.job_id, j.region, j.job_type, j.state, j.watched_from, j.known_age,
          j.paid_at, j.last_seen_at, coalesce(j.hint_begin, j.submitted_at), j.due_at, j.absent_answers,
          j.expect_within
        FROM job j WHERE j.due_at IS NOT NULL AND \(condition)
        """)
    return try Array(Row.fetchCursor(statement, arguments: arguments).map(ScheduledJob.init))
  }

  /// Calls `body` with the type and span of each job of `accounts` that runs and may end.
  ///
  /// - Parameter service: only its jobs; nil: all.
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
      body(
        DurationKey(service: row[0], jobType: row[1] ?? "", region: row[2]),
        WatchedSpan(from: Double(milliseconds: row[3]), known: Double(milliseconds: row[4])))
    }
  }

  /// The keys of the jobs that succeeded or failed last, newest first.
  package func recentEnds(_ most: Int) throws -> [DurationKey] {
    try db.rows(
      """
      SELECT service, coalesce(job_type, ''), region FROM job
      WHERE ended_at IS NOT NULL AND state IN ('succeeded', 'failed') ORDER BY ended_at DESC, id DESC LIMIT ?
      """, [most]
    ).map { DurationKey(service: $0[0], jobType: $0[1], region: $0[2]) }
  }

  // MARK: Notices

  /// The jobs whose stored notice time has come, earliest first.
  package func toNotice(at now: Timestamp, limit: Int) throws -> [Job] {
    try db.rows("SELECT * FROM job WHERE notice_at <= ? ORDER BY notice_at LIMIT ?", [now, limit]).map(Job.init)
  }

  package func nextNoticeTime() throws -> Timestamp? {
    try db.value("SELECT min(notice_at) FROM job WHERE notice_at IS NOT NULL")
  }

  package func setNotice(_ id: Int64, notices: Notices, noticeAt: Timestamp?) throws {
    try db.run("UPDATE job SET notices = ?, notice_at = ? WHERE id = ?", [try StoredJSON.text(notices), noticeAt, id])
  }

  /// Marks a job whose end may be missed, until its next sighting or its end.
  func markAtRisk(_ id: Int64, since now: Timestamp) throws {
    try db.run(
      """
      UPDATE job SET at_risk_since = coalesce(at_risk_since, ?) WHERE id = ? AND ended_at IS NULL
      """, [now, id])
  }

  // MARK: Counts

  /// The number of jobs that have not ended, by account. Triggers keep it.
  func watchedByAccount() throws -> [String: Int] { try db.counts("SELECT account, jobs FROM watched WHERE jobs > 0") }

  /// Corrects `watched` from the jobs themselves.
  package func recountWatched() throws {
    let jobs = try db.counts(
      "SELECT account, count(*) FROM job INDEXED BY job_active WHERE ended_at IS NULL GROUP BY account"
    )
    guard jobs != (try watchedByAccount()) else { return }
    try db.run("DELETE FROM watched")
    for (account, number) in jobs {
      try db.run("INSERT INTO watched (account, jobs) VALUES (?, ?)", [account, number])
    }
  }

  // MARK: Times ahead of the clock

  /// Times that a clock which was ahead has set. They would make every age zero until the clock comes there.
  private static let areAhead = """
    ended_at IS NULL AND (submitted_at > ?1 OR registered_at > ?1 OR first_seen_at > ?1 OR last_seen_at > ?1
      OR record_since > ?1)
    """

  package func hasTimesAhead(of now: Timestamp) throws -> Bool {
    try db.row("SELECT 1 FROM job WHERE \(Self.areAhead) LIMIT 1", [now]) != nil
  }

  /// Makes them `now`, because nobody knows what they should have been. Their notices are reckoned anew.
  package func boundTimes(at now: Timestamp) throws {
    try db.run(
      """
      UPDATE job SET submitted_at = min(submitted_at, ?1), registered_at = min(registered_at, ?1),
        first_seen_at = min(first_seen_at, ?1), last_seen_at = min(last_seen_at, ?1),
        record_since = min(record_since, ?1), notice_at = min(notice_at, ?1)
      WHERE \(Self.areAhead)
      """, [now])
  }
}

extension Job {
  fileprivate init(_ row: Row) throws {
    let (report, absentSince): (String?, Timestamp?) = (row["report"], row["absent_since"])
    self.init(
      id: row["id"], key: JobKey(account: row["account"], service: row["service"], jobID: row["job_id"]),
      projectID: row["project_id"], region: row["region"], state: try JobState(stored: row["state"]),
      labels: try StoredJSON.value([String: String].self, row["labels"]),
      channels: try StoredJSON.value([String].self, row["channels"]),
      hint: Hint(
        jobType: row["hint_type"], beginTime: row["hint_begin"], instanceID: row["hint_instance"],
        taskID: row["hint_task"], expectWithin: Duration(stored: row["expect_within"])),
      submittedAt: row["submitted_at"], registeredAt: row["registered_at"])
    self.report = try report.map { try StoredJSON.value(JobReport.self, $0) }
    (firstSeenAt, lastSeenAt) = (row["first_seen_at"], row["last_seen_at"])
    span = WatchedSpan(from: Double(milliseconds: row["watched_from"]), known: Double(milliseconds: row["known_age"]))
    (paidAt, recordSince, endedAt) = (row["paid_at"], row["record_since"], row["ended_at"])
    absence = absentSince.map { Absence(answers: row["absent_answers"], since: $0) }
    reportedWords = try StoredJSON.value([String].self, row["reported_words"])
    notices = try StoredJSON.value(Notices.self, row["notices"])
  }
}

extension ScheduledJob {
  /// Reads by position: names would be looked up one by one, for a million rows.
  fileprivate init(_ row: Row) throws {
    let state = try JobState(stored: row[6])
    let span = WatchedSpan(from: Double(milliseconds: row[7]), known: Double(milliseconds: row[8]))
    let (paidAt, seenAt): (Timestamp?, Timestamp?) = (row[9], row[10])
    let absences: Int64 = row[13]
    let key = JobKey(account: row[1], service: row[2], jobID: row[3])
    self.init(
      id: row[0], endpoint: key.endpoint,
      type: DurationKey(service: key.service, jobType: row[5] ?? "", region: row[4]),
      jitterSeed: key.jitterSeed, state: state, span: span,
      isWatched: Job.isWatched(state, span, isPaid: paidAt != nil), knownAt: seenAt ?? row[11],
      dueAt: row[12], expectWithin: Duration(stored: row[14]),
      isFresh: seenAt == nil && absences == 0, isSeen: seenAt != nil, isAbsent: absences > 0)
  }
}

extension JobState {
  fileprivate init(stored name: String) throws {
    guard let state = JobState(rawValue: name) else { throw StoreError.lasting("a job has the unknown state \(name)") }
    self = state
  }
}

/// Ages are seconds in the core, and milliseconds as they are stored.
extension Double {
  init(milliseconds: Int64) { self = Double(milliseconds) / 1000 }

  var milliseconds: Int64 { Int64((self * 1000).rounded()) }
}

extension Duration {
  fileprivate init?(stored milliseconds: Int64?) {
    guard let milliseconds else { return nil }
    self = .milliseconds(milliseconds)
  }
}
