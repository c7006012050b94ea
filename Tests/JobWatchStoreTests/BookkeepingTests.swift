import JobWatchCore
import JobWatchStore
import Testing

@Suite struct `What the daemon remembers` {
  @Test func `a condition is opened once and closed once`() throws {
    try Place().transaction { transaction throws in
      let first = Transaction.Condition(
        subject: "account/prod", kind: "refused", since: .start, cause: "APIGW.0301")
      var (again, other) = (first, first)
      (again.since, again.cause, other.kind) = (.start + .hours(1), "else", "forbidden")
      #expect(try transaction.open(first))
      #expect(try !transaction.open(again))
      #expect(try transaction.open(other))
      #expect(try Set(transaction.conditions()) == [first, other])
      #expect(try transaction.close("account/prod", "refused") == first)
      #expect(try transaction.close("account/prod", "refused") == nil)
      #expect(try transaction.conditions() == [other])
      #expect(try transaction.open(again))
    }
  }

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
      try transaction.liftCounter(to: 40)
      try transaction.liftCounter(to: 7)
      #expect(try transaction.lastSeq() == 40)
      #expect(try transaction.append(.sample(), of: nil, to: []) == 41)
    }
  }

  @Test func `the last sign of life is the last event or sighting`() async throws {
    let place = try Place()
    #expect(try await place.read { try $0.lastSignOfLife() } == nil)
    let id = try await place.insert(1)[0]
    try place.transaction { transaction throws in
      try transaction.append(.sample(), of: nil, to: [])
      #expect(try transaction.lastSignOfLife() == .start)
      var job = try #require(try transaction.job(id))
      (job.firstSeenAt, job.lastSeenAt) = (.start, .start + .hours(1))
      try transaction.save(job, bodyHash: 1, dueAt: .start, noticeAt: nil)
      #expect(try transaction.lastSignOfLife() == .start + .hours(1))
    }
  }
}
