import GRDB
import JobWatchCore

extension Transaction {
  package func job(_ id: Int64) throws -> Job? {
    try row("SELECT * FROM job WHERE id = ?", [id]).map(Job.init(row:))
  }

  package func job(_ key: JobKey) throws -> Job? {
    try row(
      "SELECT * FROM job WHERE account = ? AND service = ? AND job_id = ?",
      [key.account, key.service, key.jobID]
    ).map(Job.init(row:))
  }

  /// Every job with this id, whatever its account and service.
  package func jobs(withID jobID: String) throws -> [Job] {
    try rows("SELECT * FROM job WHERE job_id = ? ORDER BY id", [jobID]).map(Job.init(row:))
  }

  /// Inserts a job unless its key is known; nil then.
  package func insert(_ job: Job, dueAt: Timestamp, noticeAt: Timestamp?) throws -> Job? {
    try execute(
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

  /// Writes back what an answer changed. `bodyHash` names the answer that `job.report` came from; nil keeps it.
  package func save(_ job: Job, bodyHash: Int64?, dueAt: Timestamp?, noticeAt: Timestamp?) throws {
    try execute(
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

  /// Writes back labels, channels, task and expectation alone: the job was submitted again while it is watched, or after
  /// its end.
  package func join(_ job: Job, noticeAt: Timestamp?) throws {
    try execute(
      """
      UPDATE job SET labels = ?1, channels = ?2, hint_instance = ?3, hint_task = ?4, expect_within = ?5,
        progress = CASE WHEN hint_instance IS ?3 AND hint_task IS ?4 THEN progress END, notice_at = ?6
      WHERE id = ?7
      """,
      [
        try StoredJSON.text(job.labels), try StoredJSON.text(job.channels), job.hint.instanceID,
        job.hint.taskID, job.hint.expectWithin?.milliseconds, noticeAt, job.id,
      ])
  }

  /// Begins the watch of a known job again. The next answer is news, whatever it says. Calls that were made for a job that was
  /// seen count on: an end comes of them all.
  package func reopen(_ job: Job, dueAt: Timestamp, noticeAt: Timestamp?) throws {
    try save(job, bodyHash: nil, dueAt: dueAt, noticeAt: noticeAt)
    try execute(
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

  /// The whole of a poll without news: the same answer as last time, for a job that is not in doubt, and whose end is
  /// not expected at a time that is still to come.
  ///
  /// - Returns: the age from which the job is watched, in seconds; nil otherwise: the caller reads the job and decides.
  /// - Parameter noticeAt: the first notice that a sighting makes possible; one that is later was planned by a clock
  ///   that was ahead.
  package func sight(
    _ id: Int64, bodyHash: Int64, knownAge: Double, at now: Timestamp, dueAt: Timestamp,
    noticeAt: Timestamp?
  ) throws -> Double? {
    try row(
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

  /// The job was asked for in vain, and is asked for again.
  package func setDue(_ id: Int64, at dueAt: Timestamp) throws {
    try execute("UPDATE job SET due_at = ? WHERE id = ?", [dueAt, id])
  }

  /// The job is not asked for again.
  package func endPolls(of id: Int64) throws {
    try execute("UPDATE job SET due_at = NULL WHERE id = ?", [id])
  }

  /// What a poll needs of a job before the call: where to ask, and for what.
  package struct Question: Sendable {
    package var id: Int64
    package var jobID: String
    package var projectID: String
    package var region: String
    /// Whose progress is asked for, too.
    package var task: TaskName?

    package init(
      id: Int64, jobID: String, projectID: String, region: String, task: TaskName? = nil
    ) {
      self.id = id
      self.jobID = jobID
      self.projectID = projectID
      self.region = region
      self.task = task
    }
  }

  package func questions(_ ids: [Int64]) throws -> [Question] {
    // One by one: a list of marks would be another statement, prepared anew, for every number of ids.
    try ids.compactMap { id in
      try row(
        "SELECT id, job_id, project_id, region, hint_instance, hint_task FROM job WHERE id = ?",
        [id]
      ).map {
        Question(
          id: $0[0], jobID: $0[1], projectID: $0[2], region: $0[3], task: TaskName($0[4], $0[5]))
      }
    }
  }

  /// Jobs whose stored notice time has come, earliest first.
  package func jobsToNotice(at now: Timestamp, limit: Int) throws -> [Job] {
    try rows(
      "SELECT * FROM job WHERE notice_at <= ? ORDER BY notice_at LIMIT ?", [now, limit]
    ).map(Job.init(row:))
  }

  package func nextNoticeTime() throws -> Timestamp? {
    try integer("SELECT min(notice_at) FROM job WHERE notice_at IS NOT NULL")
      .map(Timestamp.init(milliseconds:))
  }

  package func setNotice(_ id: Int64, notices: Notices, noticeAt: Timestamp?) throws {
    try execute(
      "UPDATE job SET notices = ?, notice_at = ? WHERE id = ?",
      [try StoredJSON.text(notices), noticeAt, id])
  }
}

extension Job {
  init(row: Row) throws {
    let report: String? = row["report"]
    let absentSince: Timestamp? = row["absent_since"]
    let stateName: String = row["state"]
    guard let state = JobState(rawValue: stateName) else {
      throw StoreError(kind: .lasting, description: "a job has the unknown state \(stateName)")
    }
    self.init(
      id: row["id"],
      key: JobKey(account: row["account"], service: row["service"], jobID: row["job_id"]),
      projectID: row["project_id"], region: row["region"], state: state,
      labels: try StoredJSON.value([String: String].self, row["labels"]),
      channels: try StoredJSON.value([String].self, row["channels"]),
      hint: Hint(
        jobType: row["hint_type"], beginTime: row["hint_begin"], instanceID: row["hint_instance"],
        taskID: row["hint_task"], expectWithin: Duration(stored: row["expect_within"])),
      submittedAt: row["submitted_at"], registeredAt: row["registered_at"])
    self.report = try report.map { try StoredJSON.value(JobReport.self, $0) }
    (firstSeenAt, lastSeenAt) = (row["first_seen_at"], row["last_seen_at"])
    span = WatchedSpan(
      from: Double(milliseconds: row["watched_from"]), known: Double(milliseconds: row["known_age"])
    )
    (paidAt, recordSince, endedAt) = (row["paid_at"], row["record_since"], row["ended_at"])
    absence = absentSince.map { Absence(answers: row["absent_answers"], since: $0) }
    reportedWords = try StoredJSON.value([String].self, row["reported_words"])
    notices = try StoredJSON.value(Notices.self, row["notices"])
  }
}

/// Ages are seconds in the core, and milliseconds as they are stored.
extension Double {
  init(milliseconds: Int64) { self = Double(milliseconds) / 1000 }

  var milliseconds: Int64 { Int64((self * 1000).rounded()) }
}

extension Duration {
  init?(stored milliseconds: Int64?) {
    guard let milliseconds else { return nil }
    self = .milliseconds(milliseconds)
  }
}
