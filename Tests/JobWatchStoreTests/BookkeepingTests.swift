import JobWatchCore
@testable import JobWatchStore
import Testing

@Suite struct `What the daemon remembers` {
  @Test func `a file that was handled is remembered`() throws {
    try Place().transaction { transaction throws in
      #expect(try transaction.noteFile("a", at: .start))
      #expect(try !transaction.noteFile("a", at: .start + .hours(1)))
      #expect(try transaction.noteFile("b", at: .start))
    }
  }

  @Test func `the counter of events is lifted, never lowered`() throws {
    try Place().transaction { transaction throws in
      try transaction.append(.sample(), of: nil, to: [])
      try transaction.events.liftCounter(to: 40)
      try transaction.events.liftCounter(to: 7)
      #expect(try transaction.events.lastSeq() == 40)
      #expect(try transaction.append(.sample(), of: nil, to: []) == 41)
    }
  }

  @Test func `the last sign of life is the last event, sighting, first absence or call`() async throws {
    let place = try Place()
    #expect(try await place.read { try $0.lastSignOfLife(before: .start + .days(1)) } == nil)
    let id = try await place.insert(1)[0]
    try place.transaction { transaction throws in
      try transaction.append(.sample(), of: nil, to: [])
      #expect(try transaction.lastSignOfLife(before: .start + .days(1)) == .start)
      var job = try #require(try transaction.jobs.find(id))
      (job.firstSeenAt, job.lastSeenAt) = (.start, .start + .hours(1))
      try transaction.jobs.save(job, bodyHash: 1, dueAt: .start, noticeAt: nil)
      #expect(try transaction.lastSignOfLife(before: .start + .days(1)) == .start + .hours(1))
      job.absence = Absence(answers: 1, since: .start + .hours(2))
      try transaction.jobs.save(job, bodyHash: 1, dueAt: .start, noticeAt: nil)
      #expect(try transaction.lastSignOfLife(before: .start + .days(1)) == .start + .hours(2))
      // A call by a clock that was ahead is none.
      for (number, hours) in [3, 99].enumerated() {
        try transaction.db.run(
          "INSERT INTO budget VALUES ('prod', ?, 1, ?, '{}')", ["\(number)", Timestamp.start + .hours(hours)])
      }
      #expect(try transaction.lastSignOfLife(before: .start + .days(1)) == .start + .hours(3))
    }
  }
}
