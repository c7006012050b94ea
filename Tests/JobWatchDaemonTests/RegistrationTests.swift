@testable import JobWatchCore
import JobWatchStore
import TestSupport
import Testing

@testable import JobWatchConfiguration
@testable import JobWatchDaemon
@testable import JobWatchSpool

@Suite struct `A job that is submitted again` {
  let start = Timestamp(milliseconds: 1_795_000_000_000)
  let registration = Registration(
    Configuration(accounts: [
      Account(name: "prod", region: "eu-de", projectID: "p", authentication: .token)
    ]))
  let key = JobKey(account: "prod", service: "ecs", jobID: "ff80")

  /// What is on record after it was submitted with `expectation` at `now`.
  private func submit(
    _ expectation: Duration?, at now: Timestamp, to store: Store
  ) async throws -> (job: Job, noticeAt: Timestamp?) {
    try await store.write { transaction in
      try registration.register(SpoolSubmission(jobID: key.jobID, expectWithin: expectation), at: now, transaction)
      return (try #require(try transaction.jobs.find(key)), try transaction.jobs.nextNoticeTime())
    }
  }

  @Test func `with another expectation has the new one, and keeps the old without`() async throws {
    try await withStore { store in
      let first = try await submit(.minutes(10), at: start, to: store)
      #expect(first.job.hint.expectWithin == .minutes(10))
      #expect(first.noticeAt == start + .minutes(10) + .seconds(30))
      try await store.write { [start] in
        try $0.jobs.save(first.job, bodyHash: nil, dueAt: start + .hours(1), noticeAt: first.noticeAt)
      }
      let later = start + .minutes(1)
      let second = try await submit(.minutes(5), at: later, to: store)
      #expect(try await store.read { try $0.jobs.schedule().first?.dueAt } == start + .minutes(5), "before it is late")
      #expect(second.job.hint.expectWithin == .minutes(5))
      #expect(second.noticeAt == start + .minutes(5) + .seconds(30))
      let third = try await submit(nil, at: later, to: store)
      #expect(third.job == second.job && third.noticeAt == second.noticeAt)
    }
  }

  @Test
  func `after it was lost keeps what is known of it, and every call counted`()
    async throws
  {
    try await withStore { store in
      let fresh = try await submit(.minutes(10), at: start, to: store).job
      let begin = CloudTime(raw: "b", instant: start)
      let report = JobReport(jobType: "createServer", rawStatus: "RUNNING", begin: begin)
      let lost = try await store.write { transaction in
        var job = fresh.observe(.seen(.running, report), at: start, under: PollContext(Policies()))
          .job
        for seconds in [60, 90, 180] {
          job =
            job.observe(
              .absent(code: ""), at: start + .seconds(seconds), under: PollContext(Policies())
            ).job
          try transaction.jobs.save(job, bodyHash: 7, dueAt: nil, noticeAt: nil)
        }
        return job
      }
      #expect(lost.state == .lost)
      let polls = try await store.read { try $0.jobs.polls(of: lost.id) }
      let again = try await store.write { transaction in
        let submission = SpoolSubmission(
          jobID: key.jobID, labels: ["run": "2"], jobType: "another", beginTime: start + .days(1))
        try registration.register(submission, at: start + .days(2), transaction)
        return try #require(try transaction.jobs.find(key))
      }
      #expect(again.state == .registered && again.report == report && again.span == lost.span)
      #expect(again.jobType == "createServer" && again.labels == ["run": "2"])
      #expect(again.firstSeenAt == start && again.lastSeenAt == start)
      #expect(again.submittedAt == start && again.hint.expectWithin == .minutes(10))
      #expect(try await store.read { try $0.jobs.polls(of: lost.id) } == polls)
      let scheduled = try #require(try await store.read { try $0.jobs.schedule().first })
      #expect(scheduled.isReopened && !scheduled.isFresh && scheduled.dueAt == start + .days(2))
      // The same body as before is news.
      let isSame = try await store.write {
        try $0.jobs.sight(lost.id, bodyHash: 7, knownAge: 1, at: start, dueAt: start, noticeAt: nil) != nil
      }
      #expect(!isSame)
    }
  }

  @Test func `after it was lost may be late and stuck again`() async throws {
    try await withStore { store in
      var lost = try await submit(.minutes(10), at: start, to: store).job
      (lost.state, lost.endedAt) = (.lost, start)
      lost.notices = Notices(late: 600_000, stuckAt: start)
      let ended = lost
      try await store.write { try $0.jobs.save(ended, bodyHash: nil, dueAt: nil, noticeAt: nil) }
      let again = try await submit(nil, at: start + .days(1), to: store)
      let past = PastWatch(state: .lost, seen: .registered, missedAt: start)
      #expect(again.job.state == .registered && again.job.notices == Notices(past: past))
      #expect(again.job.hint.expectWithin == .minutes(10))
      #expect(again.noticeAt == start + .days(1) + .minutes(10) + .seconds(30))
    }
  }
}
