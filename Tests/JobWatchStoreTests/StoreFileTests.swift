import Foundation
import GRDB
@testable import JobWatchCore
import Testing

@testable import JobWatchStore

@Suite struct `The database file` {
  @Test(
    "is written with",
    arguments: [
      ("synchronous", "2"), ("journal_mode", "wal"), ("auto_vacuum", "2"), ("foreign_keys", "1"),
    ])
  func pragma(_ name: String, _ value: String) async throws {
    let place = try Place()
    let read = try await place.write { transaction throws in
      try String.fetchOne(transaction.db, sql: "PRAGMA \(name)")
    }
    #expect(read == value)
  }

  /// Rows that no code of ours writes, and that no mistake of ours must write.
  static let badRows = [
    "UPDATE job SET state = 'done'",
    "UPDATE job SET state = 'failed'",
    "UPDATE job SET ended_at = 1",
    "UPDATE job SET labels = '{'",
    "UPDATE job SET report = 'x'",
    "UPDATE job SET due_at = 'soon'",
    "UPDATE job SET absent_answers = 1",
    "UPDATE job SET absent_answers = -1, absent_since = 1",
    "UPDATE job SET last_seen_at = 1",
    "UPDATE job SET job_id = ''",
    "UPDATE job SET job_id = 'job0' WHERE job_id = 'job1'",
    "UPDATE counter SET value = -1",
    "INSERT INTO event (seq, id, at, kind, data) VALUES (1, 'new', 1, 'k', '{}')",
    "INSERT INTO event (seq, id, at, kind, data) SELECT 9, id, 1, 'k', '{}' FROM event",
    "INSERT INTO event (seq, id, at, kind, data) VALUES (9, 'new', 1, 'k', 'x')",
    "INSERT INTO event (seq, id, at, kind, data, job) VALUES (9, 'new', 1, 'k', '{}', 99)",
    "INSERT INTO message (seq, channel, due_at) VALUES (99, 'x', 1)",
    "INSERT INTO message (seq, channel, due_at) VALUES (1, 'hook', 1)",
    "UPDATE message SET state = 'sent'",
    "UPDATE message SET state = 'delivered'",
    "UPDATE message SET settled_at = 1",
    "INSERT INTO attempt (message, at, took_ms) VALUES (1, 1, -1)",
    "INSERT INTO transition (job, at, from_state, to_state) VALUES (1, 1, 'lost', 'lost')",
    "INSERT INTO transition (job, at, from_state, to_state) VALUES (99, 1, 'lost', 'failed')",
  ]

  @Test("refuses a row that cannot be", arguments: badRows)
  func refuses(_ sql: String) async throws {
    let place = try Place()
    let job = try await place.insert(2)[0]
    _ = try await place.write { try $0.append(.sample(), of: job, to: ["hook"]) }
    let error = await #expect(throws: DatabaseError.self) {
      try await place.write { try $0.db.execute(sql: sql) }
    }
    #expect(error?.resultCode == .SQLITE_CONSTRAINT)
  }

  @Test func `keeps everything over a restart`() async throws {
    let place = try Place()
    let full = Self.full
    let (id, seq) = try await place.write { transaction throws in
      let id = try transaction.jobs.insert(.sample(), dueAt: .start, noticeAt: nil)?.id ?? 0
      var job = full
      job.id = id
      try transaction.jobs.save(job, bodyHash: -5, dueAt: .start + .seconds(5), noticeAt: .start)
      try transaction.history.record(Self.transition, evidence: Self.evidence, of: id)
      try transaction.setLogCursor("/l", seq: 3, inode: .max)
      return (id, try transaction.append(.sample(), of: id, to: ["hook"]))
    }
    try place.store.close()
    let files = try FileManager.default.contentsOfDirectory(atPath: place.directory.path)
    #expect(files == ["jobwatch.db"], "the file is left ready to be copied")
    _ = try Store(path: place.directory.database)
    try place.transaction { transaction throws in
      var expected = full
      expected.id = id
      #expect(try transaction.jobs.find(id) == expected)
      #expect(try transaction.jobs.find(full.key) == expected)
      let past = try transaction.history.transitions(of: id)
      #expect(past.map(\.transition) == [Self.transition])
      #expect(past.first?.evidence == Self.evidence)
      #expect(try transaction.events.all(of: id).map(\.seq) == [seq])
      #expect(try transaction.logCursor("/l") == .init(seq: 3, inode: .max))
      #expect(try transaction.jobs.schedule().map(\.dueAt) == [.start + .seconds(5)])
    }
  }

  private static let transition = Transition(from: .running, to: .failed, rawStatus: "FAIL", at: .start)
  private static let evidence = Evidence(httpStatus: 200, requestID: "r", serverDate: .start, body: [0, 0xff, 0x7b])

  /// Every field set.
  private static var full: Job {
    var job = Job.sample()
    let time = CloudTime(raw: "x", instant: .start)
    let part = SubJob(
      jobID: "s", jobType: "t", rawStatus: "FAIL", state: .failed, begin: time, end: nil,
      errorCode: "E", failReason: "\u{0}\"é", entities: ["nic_id": "n"])
    job.report = JobReport(
      jobType: "t", rawStatus: "RUNNING", begin: time, end: time, errorCode: "E", failReason: "r",
      entities: ["server_id": "s"], subJobs: [part])
    (job.state, job.firstSeenAt, job.lastSeenAt) = (.lost, .start, .start + .seconds(1))
    (job.recordSince, job.endedAt) = (.start + .seconds(2), .start + .seconds(3))
    job.absence = Absence(answers: 2, since: .start + .seconds(4))
    job.reportedWords = ["", "ODD"]
    let told = Notices.Told(deadline: .start, lead: 5)
    job.notices = Notices(expiring: told, atRisk: told)
    return job
  }
}
