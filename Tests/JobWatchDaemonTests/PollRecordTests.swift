import Foundation
import JobWatchCore
import JobWatchStore
import Testing

@testable import JobWatchDaemon

@Suite struct `An answer on record` {
  @Test func `of a lost job whose window is over ends the polls, also over a restart`() async throws
  {
    let directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    let store = try Store(path: directory.path + "/jobwatch.db")
    let start = Timestamp(milliseconds: 1_795_000_000_000)
    let rules = WatchRules(retention: RetentionPolicy(finished: .days(1)))
    let job = try await store.write { ledger in
      let new = Job(
        key: JobKey(account: "prod", service: "ecs", jobID: "ff80"), projectID: "p", region: "r",
        submittedAt: start, registeredAt: start)
      var job = try #require(try ledger.insert(new, dueAt: start, noticeAt: nil))
      (job.state, job.firstSeenAt, job.lastSeenAt, job.endedAt) = (.lost, start, start, start)
      try ledger.save(job, bodyHash: nil, dueAt: start, noticeAt: nil)
      return job
    }
    for (time, isPolled) in [(start + .hours(2), true), (start + .days(2), false)] {
      let record = PollRecord(
        job: job.id, jobID: "ff80", answer: Answer(.absent(code: "Common.0011")), at: time,
        rules: rules, routes: RouteTable(channels: [], routes: []), changes: [])
      let outcome = try await store.write { try record.commit($0) }
      #expect(outcome.isFinal && (outcome.next == .never) != isPolled)
      #expect(try await store.read { try $0.schedule().isEmpty } != isPolled)
    }
    try store.close()
  }
}
