import GRDB
@testable import JobWatchCore
import TestSupport
import Testing

@testable import JobWatchStore

@Suite struct `A job's row` {
  let context = PollContext(Policies(retention: RetentionPolicy(finished: .days(1), unpaid: .days(14))))
  let now = Timestamp.start + .minutes(7)
  let report = JobReport(rawStatus: "RUNNING", begin: CloudTime(raw: "", instant: .start + .seconds(3)))

  /// The whole row, by column.
  private func row(_ transaction: Transaction, _ id: Int64) throws -> [String: DatabaseValue] {
    let row = try #require(try transaction.db.row("SELECT * FROM job WHERE id = ?", [id]))
    return Dictionary(uniqueKeysWithValues: row.map { ($0.0, $0.1) })
  }

  private func changes(_ old: [String: DatabaseValue], _ new: [String: DatabaseValue]) -> [String] {
    old.keys.filter { old[$0] != new[$0] }.sorted()
  }

  /// A job that was seen running with the body 77.
  private func running(_ transaction: Transaction, expectWithin: Duration? = nil) throws -> Job {
    var new = Job.sample()
    new.hint.expectWithin = expectWithin
    let stored = try #require(try transaction.jobs.insert(new, dueAt: .start, noticeAt: nil))
    let decision = stored.observe(.seen(.running, report), at: .start, under: context)
    try transaction.jobs.save(
      decision.job, bodyHash: 77, dueAt: .start,
      noticeAt: NoticeSchedule(of: decision.job, under: context.policies).next(after: .start))
    return decision.job
  }

  @Test func `is not touched by a second insertion`() throws {
    try Place().transaction { transaction throws in
      let first = try #require(try transaction.jobs.insert(.sample(), dueAt: .start, noticeAt: .start))
      let before = try row(transaction, first.id)
      var second = Job.sample()
      (second.labels, second.region, second.submittedAt) = (["a": "b"], "eu-nl", now)
      #expect(try transaction.jobs.insert(second, dueAt: now, noticeAt: now) == nil)
      #expect(try row(transaction, first.id) == before)
      for other in [
        JobKey(account: "b", service: "ecs", jobID: "ff80"), JobKey(account: "prod", service: "dcs", jobID: "ff80"),
      ] {
        second.key = other
        #expect(try transaction.jobs.insert(second, dueAt: now, noticeAt: now) != nil)
      }
      #expect(try transaction.jobs.all(withID: "ff80").count == 3)
    }
  }

  @Test func `says the same after a sighting as after the decision on it`() throws {
    try Place().transaction { transaction throws in
      let job = try running(transaction, expectWithin: .minutes(5))
      let before = try row(transaction, job.id)
      let begun = try #require(report.begin?.instant)
      let age = (now - begun).seconds
      let due = now + context.pace.gap(after: age, jitterSeed: job.key.jitterSeed)
      let noticeAt = context.policies.firstRiskNotice(after: now)
      #expect(
        try transaction.jobs.sight(job.id, bodyHash: 77, knownAge: age, at: now, dueAt: due, noticeAt: noticeAt) != nil)
      let sighted = try row(transaction, job.id)
      #expect(changes(before, sighted) == ["due_at", "known_age", "last_seen_at", "polls"])

      let decision = job.observe(.seen(.running, report), at: now, under: context)
      guard case .after(let gap) = decision.next else { throw Undo() }
      #expect(decision.events.isEmpty && decision.transition == nil)
      try transaction.jobs.save(
        decision.job, bodyHash: 77, dueAt: now + gap,
        noticeAt: NoticeSchedule(of: decision.job, under: context.policies).next(after: now))
      // A notice that is planned too early is looked at and planned again.
      #expect(changes(sighted, try row(transaction, job.id)) == ["notice_at", "polls"])
    }
  }

  @Test func `may be at risk again after a sighting, though all was told before it`() throws {
    try Place().transaction { transaction throws in
      let job = try running(transaction)
      try transaction.jobs.setNotice(job.id, notices: job.notices, noticeAt: nil)
      let noticeAt = try #require(context.policies.firstRiskNotice(after: now))
      #expect(
        try transaction.jobs.sight(job.id, bodyHash: 77, knownAge: 60, at: now, dueAt: now, noticeAt: noticeAt) != nil)
      #expect(try transaction.jobs.nextNoticeTime() == noticeAt)
      let seen = try #require(try transaction.jobs.find(job.id))
      #expect(NoticeSchedule(of: seen, under: context.policies).next(after: now) == noticeAt)
    }
  }

  @Test
  func
    `has its next notice planned from a sighting on, where a clock that was ahead had planned it`()
    throws
  {
    try Place().transaction { transaction throws in
      let job = try running(transaction)
      let risk = try #require(context.policies.firstRiskNotice(after: now))
      for (planned, expected) in [
        (risk + .days(3), risk), (risk - .hours(1), risk - .hours(1)), (nil, risk),
      ] {
        try transaction.jobs.setNotice(job.id, notices: job.notices, noticeAt: planned)
        #expect(
          try transaction.jobs.sight(job.id, bodyHash: 77, knownAge: 60, at: now, dueAt: now, noticeAt: risk) != nil)
        #expect(try transaction.jobs.nextNoticeTime() == expected)
      }
      // A service of which no retention is known makes none.
      try transaction.jobs.setNotice(job.id, notices: job.notices, noticeAt: risk)
      #expect(try transaction.jobs.sight(job.id, bodyHash: 77, knownAge: 60, at: now, dueAt: now, noticeAt: nil) != nil)
      #expect(try transaction.jobs.nextNoticeTime() == risk)
    }
  }

  /// What makes an answer more than a repetition.
  enum Doubt: CaseIterable { case otherBody, absence, end, noBody, noJob, expectation }

  @Test("is not sighted by the way when there is news or doubt", arguments: Doubt.allCases)
  func refusal(_ doubt: Doubt) throws {
    try Place().transaction { transaction throws in
      var job = try running(transaction)
      switch doubt {
      case .absence: job = job.observe(.absent(code: ""), at: .start, under: context).job
      case .end: (job.state, job.endedAt) = (.lost, .start)
      case .noBody: try transaction.db.run("UPDATE job SET body_hash = NULL", [])
      case .expectation: try transaction.db.run("UPDATE job SET expect_within = 60001", [])
      case .otherBody, .noJob: break
      }
      try transaction.jobs.save(job, bodyHash: nil, dueAt: .start, noticeAt: nil)
      let before = try row(transaction, job.id)
      let id = doubt == .noJob ? 99 : job.id
      let body: Int64 = doubt == .otherBody ? 78 : 77
      #expect(try transaction.jobs.sight(id, bodyHash: body, knownAge: 60, at: now, dueAt: now, noticeAt: nil) == nil)
      #expect(try row(transaction, job.id) == before)
    }
  }

  @Test func `keeps what was told, and takes over a new expectation alone`() throws {
    try Place().transaction { transaction throws in
      var job = try running(transaction, expectWithin: .minutes(5))
      job.notices = Notices(late: 300_000, stuckAt: now)
      try transaction.jobs.setNotice(job.id, notices: job.notices, noticeAt: nil)
      #expect(try transaction.jobs.find(job.id) == job)
      let before = try row(transaction, job.id)
      job.hint.expectWithin = .minutes(9)
      try transaction.jobs.join(job, noticeAt: now, dueBy: nil)
      #expect(try transaction.jobs.find(job.id) == job)
      #expect(changes(before, try row(transaction, job.id)) == ["expect_within", "notice_at"])
      #expect(try transaction.jobs.schedule().first?.expectWithin == .minutes(9))
    }
  }

  @Test func `is as good as new after it is reopened`() throws {
    try Place().transaction { transaction throws in
      let old = try running(transaction, expectWithin: .minutes(5))
      var lost = old
      (lost.state, lost.endedAt, lost.recordSince) = (.lost, .start, .start)
      lost.absence = Absence(answers: 3, since: .start)
      lost.reportedWords = ["ODD"]
      lost.notices = Notices(atRisk: Notices.Told(deadline: .start, lead: 1), late: 1, stuckAt: .start)
      try transaction.jobs.save(lost, bodyHash: 78, dueAt: nil, noticeAt: nil)

      var fresh = Job.sample()
      (fresh.id, fresh.projectID, fresh.region) = (old.id, "p2", "eu-nl")
      (fresh.hint, fresh.submittedAt, fresh.registeredAt) = (Job.Hint(), now, now)
      fresh.hint.expectWithin = .minutes(9)
      try transaction.jobs.reopen(fresh, dueAt: now, noticeAt: now)
      let reopened = try row(transaction, old.id)
      fresh.key.jobID = "other"
      let new = try #require(try transaction.jobs.insert(fresh, dueAt: now, noticeAt: now))
      #expect(changes(reopened, try row(transaction, new.id)) == ["id", "job_id"])
    }
  }

  @Test func `is on the schedule while it is polled, and among the news when it begins`()
    async throws
  {
    let place = try Place()
    let ids = try await place.insert(3)
    try place.transaction { transaction throws in
      var done = try #require(try transaction.jobs.find(ids[1]))
      (done.state, done.endedAt) = (.failed, .start)
      try transaction.jobs.save(done, bodyHash: nil, dueAt: nil, noticeAt: nil)
      for id in [ids[0], ids[1], ids[2], ids[2]] { try transaction.append(.sample(.jobRegistered), of: id, to: []) }
      try transaction.append(.sample(.jobFailed), of: ids[0], to: [])
      #expect(try transaction.jobs.schedule().map(\.id) == [ids[0], ids[2]])
      #expect(try transaction.jobs.scheduled(after: 0).map(\.id).sorted() == [ids[0], ids[2]])
      #expect(try transaction.jobs.scheduled(after: 1).map(\.id) == [ids[2]])
      #expect(try transaction.jobs.scheduled(after: 4).isEmpty)
      #expect(try transaction.jobs.pollTargets([ids[0], 99]).map(\.jobID) == ["job0"])
      #expect(try transaction.jobs.pollTargets([]).isEmpty)
    }
  }

  @Test func `keeps the progress of its task until it has another task or is watched anew`() throws {
    try Place().transaction { transaction throws in
      var job = try #require(try transaction.jobs.insert(.sample(), dueAt: .start, noticeAt: nil))
      #expect(try transaction.jobs.pollTargets([job.id]).first?.task == TaskName("i1", "t1"))
      #expect(try transaction.jobs.progress(of: job.id) == nil)
      var report = ProgressReport()
      report.take(TaskProgress(percent: 45), at: .start)
      report.fail("HTTP 500", at: now)
      try transaction.jobs.setProgress(report, of: job.id)
      try transaction.jobs.join(job, noticeAt: nil, dueBy: nil)
      let kept = try #require(try transaction.jobs.progress(of: job.id))
      #expect(kept == report)
      #expect(kept.progress?.percent == 45 && kept.asOf == .start)
      #expect(kept.failure?.cause == "HTTP 500")
      job.hint.taskID = "t2"
      try transaction.jobs.join(job, noticeAt: nil, dueBy: nil)
      #expect(try transaction.jobs.progress(of: job.id) == nil)
      #expect(try transaction.jobs.find(job.id)?.hint.task == TaskName("i1", "t2"))
      try transaction.jobs.setProgress(report, of: job.id)
      try transaction.jobs.reopen(job, dueAt: now, noticeAt: nil)
      #expect(try transaction.jobs.progress(of: job.id) == nil)
    }
  }

  @Test func `comes up for a notice when its time has come, the earliest first`() async throws {
    let place = try Place()
    let ids = try await place.insert(4)
    try place.transaction { transaction throws in
      #expect(try transaction.jobs.nextNoticeTime() == nil)
      for (id, second) in zip(ids, [30, 10, 50]) {
        try transaction.jobs.setNotice(id, notices: Notices(), noticeAt: .start + .seconds(second))
      }
      let due = try transaction.jobs.toNotice(at: .start + .seconds(30), limit: 9).map(\.id)
      #expect(due == [ids[1], ids[0]])
      #expect(try transaction.jobs.nextNoticeTime() == .start + .seconds(10))
    }
  }
}
