import JobWatchCore
import JobWatchStore
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

  @Test func `the last sign of life is the last event, sighting or first absence`() async throws {
    let place = try Place()
    #expect(try await place.read { try $0.lastSignOfLife() } == nil)
    let id = try await place.insert(1)[0]
    try place.transaction { transaction throws in
      try transaction.append(.sample(), of: nil, to: [])
      #expect(try transaction.lastSignOfLife() == .start)
      var job = try #require(try transaction.jobs.find(id))
      (job.firstSeenAt, job.lastSeenAt) = (.start, .start + .hours(1))
      try transaction.jobs.save(job, bodyHash: 1, dueAt: .start, noticeAt: nil)
      #expect(try transaction.lastSignOfLife() == .start + .hours(1))
      job.absence = Absence(answers: 1, since: .start + .hours(2))
      try transaction.jobs.save(job, bodyHash: 1, dueAt: .start, noticeAt: nil)
      #expect(try transaction.lastSignOfLife() == .start + .hours(2))
    }
  }
}
