import JobWatchCore
import JobWatchStore
import Testing

@Suite struct `Messages` {
  private func due(
    _ transaction: Transaction, _ channel: String = "hook", at time: Timestamp = .start
  )
    throws -> [Int64]
  {
    try transaction.messages.due(channel, at: time, limit: 100).map(\.event.seq)
  }

  /// Settles the due message of an event.
  private func settle(
    _ seq: Int64, _ settlement: MessageTable.Settlement, in transaction: Transaction, at now: Timestamp = .start
  ) throws {
    let message = try #require(try transaction.messages.due("hook", at: now, limit: 100).first { $0.event.seq == seq })
    let outcome = settlement == .delivered ? DeliveryOutcome.delivered(status: 200) : .failed
    try transaction.messages.settle(message.id, settlement, outcome: outcome, startedAt: now, at: now)
  }

  @Test func `of a job go to a channel in order, each job and channel on its own`() async throws {
    let place = try Place()
    let ids = try await place.insert(2)
    try place.transaction { transaction throws in
      for job in [ids[0], ids[0], ids[1], ids[0]] { try transaction.append(.sample(), of: job, to: ["hook", "pager"]) }
      for _ in 5...6 { try transaction.append(.sample(), of: nil, to: ["hook"]) }
      #expect(try due(transaction) == [1, 3, 5, 6])
      try settle(1, .retry(at: .start + .minutes(1)), in: transaction)
      #expect(try due(transaction) == [3, 5, 6])
      #expect(try due(transaction, "pager") == [1, 3])
      #expect(try due(transaction, at: .start + .minutes(1)) == [3, 5, 6, 1])
      try settle(1, .delivered, in: transaction, at: .start + .minutes(1))
      #expect(try due(transaction) == [2, 3, 5, 6])
      try settle(2, .givenUp, in: transaction)
      #expect(try due(transaction) == [3, 4, 5, 6])
      #expect(try transaction.messages.due("hook", at: .start, limit: 2).count == 2)
    }
  }

  @Test func `keep their id and body over every attempt`() async throws {
    let place = try Place()
    let job = try await place.insert(1)[0]
    try place.transaction { transaction throws in
      try transaction.append(.sample(), of: job, to: ["hook"])
      let first = try #require(try transaction.messages.due("hook", at: .start, limit: 1).first)
      for attempt in 1...3 {
        try settle(1, .retry(at: .start), in: transaction)
        let next = try #require(try transaction.messages.due("hook", at: .start, limit: 1).first)
        #expect(next.event == first.event && next.attempts == attempt && next.id == first.id)
      }
      try settle(1, .givenUp, in: transaction)
      let status = try #require(try transaction.messages.all(of: job).first)
      #expect(status.state == "given_up" && status.attempts == 4)
      #expect(status.lastError == "busy" && status.settledAt == .start)
      #expect(status.eventID == first.event.id && first.event.id.hasPrefix("msg_"))
    }
  }

  @Test func `that are held use up no attempt, and are not due before their time`() async throws {
    let place = try Place()
    let job = try await place.insert(1)[0]
    try place.transaction { transaction throws in
      try transaction.append(.sample(), of: job, to: ["hook"])
      try settle(1, .retry(at: .start), in: transaction)
      for minute in 1...3 {
        try settle(1, .held(until: .start + .minutes(minute)), in: transaction, at: .start + .minutes(minute - 1))
      }
      #expect(try transaction.messages.nextDue("hook", after: .start) == .start + .minutes(3))
      let status = try #require(try transaction.messages.all(of: job).first)
      #expect(status.state == "waiting" && status.attempts == 1 && status.lastError == "busy")
    }
  }

  @Test func `that are settled stay settled`() throws {
    try Place().transaction { transaction throws in
      try transaction.append(.sample(.daemonStarted), of: nil, to: ["hook"])
      let message = try #require(try transaction.messages.due("hook", at: .start, limit: 1).first)
      try settle(1, .delivered, in: transaction)
      try transaction.messages.settle(message.id, .retry(at: .start), outcome: .failed, startedAt: .start, at: .start)
      #expect(try due(transaction).isEmpty && transaction.messages.nextDue("hook", after: .start) == nil)
    }
  }

  @Test func `of a channel that works again are due at once, others not`() throws {
    try Place().transaction { transaction throws in
      for channel in ["hook", "hook", "pager"] {
        try transaction.append(
          .sample(.daemonStarted, at: .start + .hours(1)), of: nil, to: [channel])
      }
      #expect(try transaction.messages.nextDue("hook", after: .start) == .start + .hours(1))
      try transaction.messages.makeDue("hook", at: .start)
      #expect(try due(transaction) == [1, 2])
      #expect(try due(transaction, "pager").isEmpty)
      try transaction.messages.makeDue("pager", at: .start + .hours(2))
      #expect(try transaction.messages.nextDue("pager", after: .start) == .start + .hours(1))
    }
  }

  @Test func `that a recovery makes due count the attempt in place of the last one`() throws {
    try Place().transaction { transaction throws in
      for _ in 1...3 { try transaction.append(.sample(.daemonStarted), of: nil, to: ["hook"]) }
      let messages = try transaction.messages.due("hook", at: .start, limit: 3)
      for seq in 1...2 { try settle(Int64(seq), .retry(at: .start + .hours(1)), in: transaction) }
      try settle(3, .held(until: .start + .hours(1)), in: transaction)
      try transaction.messages.makeDue("hook", at: .start, except: [messages[0].id: nil])
      let due = try transaction.messages.due("hook", at: .start, limit: 3)
      #expect(due.map(\.event.seq) == [2, 3] && due.map(\.attempts) == [0, 0])
      let later = try transaction.messages.due("hook", at: .start + .hours(1), limit: 3)
      #expect(later.first { $0.event.seq == 1 }?.attempts == 1)
    }
  }

  @Test func `that the receiver put off are due when it wants them after a recovery, and not at the next delay`() throws
  {
    try Place().transaction { transaction throws in
      for _ in 1...2 { try transaction.append(.sample(.daemonStarted), of: nil, to: ["hook"]) }
      for (seq, hours) in [(1, 10), (2, 1)] {
        try settle(Int64(seq), .retry(at: .start + .hours(hours)), in: transaction)
      }
      let wanted = Timestamp.start + .hours(2)
      try transaction.messages.makeDue("hook", at: .start, except: [1: wanted, 2: wanted])
      #expect(try due(transaction).isEmpty)
      #expect(try transaction.messages.due("hook", at: .start + .hours(1), limit: 2).map(\.event.seq) == [2])
      let both = try transaction.messages.due("hook", at: wanted, limit: 2)
      #expect(both.map(\.event.seq).sorted() == [1, 2] && both.first { $0.event.seq == 1 }?.attempts == 0)
    }
  }

  @Test func `that never failed go first, the newest of them where it is asked for`() throws {
    try Place().transaction { transaction throws in
      for minute in 0..<4 {
        try transaction.append(
          .sample(.daemonStarted, at: .start + .minutes(minute)), of: nil, to: ["hook"])
      }
      try settle(1, .held(until: .start), in: transaction)
      let now = Timestamp.start + .hours(1)
      #expect(try due(transaction, at: now) == [2, 3, 4, 1])
      let newest = try transaction.messages.due("hook", at: now, limit: 100, newestFirst: true)
      #expect(newest.map(\.event.seq) == [4, 3, 2, 1])
      #expect(try transaction.messages.due("hook", at: now, limit: 3).map(\.event.seq) == [2, 3, 4])
    }
  }

  @Test func `of a job's end go once to a channel that is named later`() async throws {
    let place = try Place()
    let ids = try await place.insert(2)
    try place.transaction { transaction throws in
      let kinds: [EventKind] = [.jobRunning, .jobLost, .jobFailed, .jobExpiring]
      for kind in kinds { try transaction.append(.sample(kind), of: ids[0], to: []) }
      try transaction.append(.sample(.jobLost), of: ids[1], to: [])
      for _ in 0..<2 {
        for id in ids { try transaction.enqueueEnd(of: id, to: "hook", at: .start) }
      }
      #expect(try due(transaction) == [3])
    }
  }
}
