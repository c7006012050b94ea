import GRDB
import JobWatchCore
import Testing

@testable import JobWatchStore

/// Every time that is stored is the wall clock's, which may have been wrong then or be wrong now.
@Suite struct `A stored time` {
  /// By table and column: what is done by it, and what bounds that, whatever the clock was or is.
  ///
  /// Beside these there are times in JSON: `job.notices` (of a deadline, told once per deadline), `job.progress` and
  /// `job.report` (shown as they are), `event.data` (told as it is), `budget.state` (ages, no times).
  static let bounds: [String: String] = [
    "attempt.at": "nothing; shown, and read once by step 3",
    "budget.saved_at":
      "the time since, zero at least and what the uptime allows at most: RateLimiterRecord.elapsed",
    "condition.since":
      "made now where it is later, at a start and when the clock was set: ConditionTable.boundTimes",
    "condition.told_at": "nothing but that it is there",
    "condition.until":
      "as since; pruned as events are; at least since: ConditionTable.close",
    "duration.taught_at": "the order in which types are forgotten where there are too many",
    "event.at":
      "pruned after the retention, not before a clock that leapt has stood for an hour: Pruner",
    "evidence.at": "nothing; shown",
    "evidence.server_date": "nothing; shown",
    "handled_file.at": "pruned as events are",
    "integrity.checked_at": "nothing; shown",
    "job.absent_since":
      "counted anew where it is later than now, or the clock was set since: Job.absent",
    "job.at_risk_since": "nothing but that it is there; gone with the next sighting",
    "job.due_at":
      "at most the poll ceiling from now at a start; the uptime decides from then on: Poller.count",
    "job.ended_at": "pruned as events are; the order of a list",
    "job.first_seen_at":
      "made now where it is later, at a start and when the clock was set: JobTable.boundTimes",
    "job.hint_begin": "the submitter's own; an age is zero at least",
    "job.last_seen_at":
      "as first_seen_at; set anew by every sighting, at most a poll ceiling later",
    "job.notice_at":
      "at most the first notice after now from the next sighting on: JobTable.sight, NoticeSchedule.next",
    "job.paid_at": "nothing but that it is there",
    "job.record_since": "as first_seen_at, and from the next sighting on: Job.sighted",
    "job.registered_at": "as first_seen_at; shown",
    "job.submitted_at": "as first_seen_at; what was before the clock was set counts for no verdict",
    "message.due_at": "its own wait from now where it was set later than now: DueTime",
    "message.set_at": "see due_at",
    "message.settled_at": "nothing but that it is there; shown",
    "transition.at": "nothing; shown",
  ]

  /// Numbers that are no times.
  static let others: Set<String> = [
    "attempt.http_status", "attempt.id", "attempt.message", "attempt.took_ms", "budget.number",
    "condition.id",
    "counter.value", "duration.fixed_polls", "duration.jobs", "duration.latency_ms",
    "duration.polls", "duration.timed_jobs", "event.job", "event.seq", "evidence.http_status",
    "evidence.id", "evidence.job", "integrity.id", "job.absent_answers", "job.body_hash",
    "job.expect_within", "job.id", "job.known_age", "job.polls", "job.watched_from",
    "log_cursor.inode", "log_cursor.seq", "message.attempts", "message.id", "message.job",
    "message.seq", "transition.evidence", "transition.id", "transition.job", "watched.jobs",
  ]

  @Test func `is listed with its bound`() throws {
    let database = try DatabaseQueue()
    try Schema.migrator.migrate(database)
    let columns = try database.read { db in
      try String.fetchAll(
        db,
        sql: """
          SELECT t.name || '.' || c.name FROM sqlite_schema t JOIN pragma_table_info(t.name) c
          WHERE t.type = 'table' AND t.name NOT GLOB 'sqlite_*' AND c.type IN ('INTEGER', 'REAL')
          """)
    }
    #expect(Set(columns) == Set(Self.bounds.keys).union(Self.others))
    #expect(Self.others.isDisjoint(with: Self.bounds.keys))
  }

  @Test func `of a message says when it was set`() throws {
    let place = try Place()
    try place.transaction { transaction throws in
      try transaction.append(.sample(), of: nil, to: ["hook", "pager"])
      let message = try #require(try transaction.messages.due("hook", at: .start, limit: 1).first)
      let later = Timestamp.start + .minutes(1)
      #expect(try set(transaction) == [.start, .start])
      try transaction.messages.settle(
        message.id, .retry(at: later + .hours(1)), outcome: .failed, startedAt: later, at: later)
      #expect(try set(transaction) == [later, .start])
      try transaction.messages.makeDue("hook", at: later + .seconds(1))
      #expect(try set(transaction) == [later + .seconds(1), .start])
    }
  }

  @Test func `of a watched job that is later than now becomes now`() throws {
    let place = try Place()
    try place.transaction { transaction throws in
      let ahead = Timestamp.start + .days(3)
      for (id, time) in [("early", Timestamp.start - .days(1)), ("late", ahead)] {
        var job = Job.sample(id)
        (job.submittedAt, job.registeredAt) = (time, time)
        _ = try transaction.jobs.insert(job, dueAt: time, noticeAt: nil)
      }
      try transaction.db.run("UPDATE job SET first_seen_at = submitted_at, last_seen_at = submitted_at", [])
      #expect(try transaction.jobs.hasTimesAhead(of: .start))
      try transaction.jobs.boundTimes(at: .start)
      #expect(try !transaction.jobs.hasTimesAhead(of: .start))
      let rows = try transaction.db.rows(
        "SELECT submitted_at, registered_at, first_seen_at, last_seen_at FROM job ORDER BY id")
      let times = rows.map { row in (0..<4).map { row[$0] as Timestamp } }
      #expect(times.first == Array(repeating: .start - .days(1), count: 4))
      #expect(times.last == Array(repeating: .start, count: 4))
    }
  }

  private func set(_ transaction: Transaction) throws -> [Timestamp] {
    try transaction.db.rows("SELECT set_at FROM message ORDER BY id").map { $0[0] }
  }

  /// Days for which the clock was ahead when a message was tried.
  @Test(
    "of a message is its own wait from now, once the clock is set right", arguments: [0, 3, 4000])
  func ahead(_ days: Int) throws {
    let place = try Place()
    try place.transaction { transaction throws in
      let ahead = Timestamp.start + .days(days)
      var draft = EventDraft.sample()
      draft.time = ahead
      for _ in 1...5 { try transaction.append(draft, of: nil, to: ["hook", "pager"]) }
      for message in try transaction.messages.due("hook", at: ahead, limit: 2) {
        try transaction.messages.settle(
          message.id, .retry(at: ahead + .minutes(10)), outcome: .failed, startedAt: ahead, at: ahead)
      }
      #expect(try transaction.messages.hasDueTimeAhead("hook", at: .start) == (days > 0))
      while try transaction.messages.hasDueTimeAhead("hook", at: .start) {
        try transaction.messages.boundDueTimes("hook", at: .start, after: .zero, limit: 2)
      }
      #expect(try transaction.messages.due("hook", at: .start, limit: 9).count == 3)
      #expect(try transaction.messages.nextDue("hook", after: .start) == .start + .minutes(10))
      #expect(try transaction.messages.due("hook", at: .start + .minutes(10), limit: 9).count == 5)
      #expect(try transaction.messages.hasDueTimeAhead("pager", at: .start) == (days > 0), "each channel its own")
    }
  }

  @Test func `of a message of an older database was set at its last attempt`() async throws {
    let old = try OldDatabase(afterStep: 2)
    let store = try Store(path: old.path)
    let waits = try await store.read { transaction in
      try transaction.db.rows(
        "SELECT attempts, due_at - set_at AS wait FROM message WHERE state = 'waiting'"
      ).map { ($0["attempts"] as Int, $0["wait"] as Int64) }
    }
    #expect(waits.count == 8)
    #expect(waits.allSatisfy { (0..<20_000).contains($0.1) }, "\(waits)")
    try store.close()
  }
}
