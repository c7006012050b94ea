import JobWatchCore
import JobWatchStore
import Testing

@Suite struct `What the daemon remembers` {
  @Test func `a condition is opened once and closed once`() throws {
    try Place().ledger { ledger throws in
      let first = Ledger.Condition(
        subject: "account/prod", kind: "refused", since: .start, cause: "APIGW.0301")
      var (again, other) = (first, first)
      (again.since, again.cause, other.kind) = (.start + .hours(1), "else", "forbidden")
      #expect(try ledger.open(first))
      #expect(try !ledger.open(again))
      #expect(try ledger.open(other))
      #expect(try Set(ledger.conditions()) == [first, other])
      #expect(try ledger.close("account/prod", "refused") == first)
      #expect(try ledger.close("account/prod", "refused") == nil)
      #expect(try ledger.conditions() == [other])
      #expect(try ledger.open(again))
    }
  }

  @Test func `a file that was handled is remembered`() throws {
    try Place().ledger { ledger throws in
      #expect(try ledger.noteFile("a", at: .start))
      #expect(try !ledger.noteFile("a", at: .start + .hours(1)))
      #expect(try ledger.noteFile("b", at: .start))
    }
  }

  @Test func `the counter of events is lifted, never lowered`() throws {
    try Place().ledger { ledger throws in
      try ledger.append(.sample(), of: nil, to: [])
      try ledger.liftCounter(to: 40)
      try ledger.liftCounter(to: 7)
      #expect(try ledger.lastSeq() == 40)
      #expect(try ledger.append(.sample(), of: nil, to: []) == 41)
    }
  }

  @Test func `the last sign of life is the last event or sighting`() async throws {
    let place = try Place()
    #expect(try await place.read { try $0.lastSignOfLife() } == nil)
    let id = try await place.insert(1)[0]
    try place.ledger { ledger throws in
      try ledger.append(.sample(), of: nil, to: [])
      #expect(try ledger.lastSignOfLife() == .start)
      var job = try #require(try ledger.job(id))
      (job.firstSeenAt, job.lastSeenAt) = (.start, .start + .hours(1))
      try ledger.save(job, bodyHash: 1, dueAt: .start, noticeAt: nil)
      #expect(try ledger.lastSignOfLife() == .start + .hours(1))
    }
  }
}
