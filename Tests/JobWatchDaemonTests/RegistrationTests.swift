import JobWatchCore
import JobWatchStore
import Testing

@testable import JobWatchDaemon

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
    try await store.write { ledger in
      try registration.register(
        SpoolSubmission(jobID: key.jobID, expectWithin: expectation), at: now, ledger)
      return (try #require(try ledger.job(key)), try ledger.nextNoticeTime())
    }
  }

  @Test func `with another expectation has the new one, and keeps the old without`() async throws {
    try await withStore { store in
      let first = try await submit(.minutes(10), at: start, to: store)
      #expect(first.job.hint.expectWithin == .minutes(10))
      #expect(first.noticeAt == start + .minutes(10) + .seconds(30))
      let later = start + .minutes(1)
      let second = try await submit(.minutes(5), at: later, to: store)
      #expect(second.job.hint.expectWithin == .minutes(5))
      #expect(second.noticeAt == start + .minutes(5) + .seconds(30))
      let third = try await submit(nil, at: later, to: store)
      #expect(third.job == second.job && third.noticeAt == second.noticeAt)
    }
  }

  @Test func `after it was lost may be late and stuck again`() async throws {
    try await withStore { store in
      var lost = try await submit(.minutes(10), at: start, to: store).job
      (lost.state, lost.endedAt) = (.lost, start)
      lost.notices = Notices(late: 600_000, stuckAt: start)
      let ended = lost
      try await store.write { try $0.save(ended, bodyHash: nil, dueAt: nil, noticeAt: nil) }
      let again = try await submit(nil, at: start + .days(1), to: store)
      #expect(again.job.state == .registered && again.job.notices == Notices())
      #expect(again.job.hint.expectWithin == .minutes(10))
      #expect(again.noticeAt == start + .days(1) + .minutes(10) + .seconds(30))
    }
  }
}
