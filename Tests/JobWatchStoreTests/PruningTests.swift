import GRDB
import JobWatchCore
import Testing

@testable import JobWatchStore

@Suite struct `Pruning` {
  let horizon = Timestamp.start + .days(90)

  private func seqs(_ transaction: Transaction) throws -> [Int64] {
    try transaction.events.all(after: 0, limit: 10_000).map(\.seq)
  }

  private func end(_ id: Int64, at time: Timestamp, dueAt: Timestamp? = nil, in transaction: Transaction) throws {
    var job = try #require(try transaction.jobs.find(id))
    (job.state, job.endedAt) = (.lost, time)
    try transaction.jobs.save(job, bodyHash: nil, dueAt: dueAt, noticeAt: nil)
  }

  @Test func `takes an event once it is logged, settled and old`() throws {
    try Place().transaction { transaction throws in
      for channels in [[], ["hook"], [], []] { try transaction.append(.sample(), of: nil, to: channels) }
      try transaction.append(.sample(at: horizon), of: nil, to: [])
      #expect(try transaction.prune(before: horizon, limit: 10) == 0, "nothing is logged")
      try transaction.setLogCursor("/l", seq: 3, inode: 1)
      #expect(try transaction.prune(before: horizon, limit: 10) == 2)
      #expect(try seqs(transaction) == [2, 4, 5])
      let message = try #require(try transaction.messages.due("hook", at: .start, limit: 1).first)
      try transaction.messages.settle(message.id, .givenUp, outcome: .failed, startedAt: .start, at: .start)
      try transaction.setLogCursor("/l", seq: 5, inode: 1)
      #expect(try transaction.prune(before: horizon, limit: 10) == 2)
      #expect(try seqs(transaction) == [5])
      #expect(try transaction.append(.sample(), of: nil, to: []) == 6)
    }
  }

  @Test func `is not held up by messages that wait for ever`() throws {
    try Place().transaction { transaction throws in
      for _ in 0..<20 { try transaction.append(.sample(), of: nil, to: ["gone"]) }
      for _ in 0..<20 { try transaction.append(.sample(), of: nil, to: []) }
      try transaction.setLogCursor("/l", seq: 40, inode: 1)
      #expect(try transaction.prune(before: horizon, limit: 5) == 20)
      #expect(try seqs(transaction) == (1...20).map(\.self))
    }
  }

  @Test func `is not held up by events of a clock that ran ahead`() throws {
    try Place().transaction { transaction throws in
      let ahead = horizon + .days(1500)
      for _ in 0..<20 { try transaction.append(.sample(at: ahead), of: nil, to: []) }
      for _ in 0..<20 { try transaction.append(.sample(), of: nil, to: []) }
      try transaction.setLogCursor("/l", seq: 40, inode: 1)
      #expect(try transaction.prune(before: horizon, limit: 5) == 20)
      #expect(try seqs(transaction) == (1...20).map(\.self))
    }
  }

  @Test func `looks once in a pass at what stays, and no further than where all is young`() throws {
    try Place().transaction { transaction throws in
      for _ in 0..<20 { try transaction.append(.sample(), of: nil, to: ["gone"]) }
      for _ in 0..<50 { try transaction.append(.sample(at: horizon), of: nil, to: []) }
      for number in 0..<12 {
        let job = try transaction.jobs.insert(.sample("job\(number)"), dueAt: .start, noticeAt: nil)
        try transaction.append(.sample(at: horizon), of: job?.id, to: ["gone"])
        try end(try #require(job).id, at: .start, in: transaction)
      }
      try transaction.setLogCursor("/l", seq: 82, inode: 1)
      var (place, places) = (Prunable.Place.start, [Prunable.Place]())
      for _ in 0..<8 {
        let found = try transaction.prunable(from: place, before: horizon, at: horizon + .days(90), limit: 5)
        #expect(found.isEmpty)
        places.append(place)
        place = try #require(found.next)
      }
      let events = [0, 5, 10, 15, 20].map { Prunable.Place.events(after: $0) }
      #expect(Array(places.prefix(5)) == events)
      let jobs = [5, 10].map { Prunable.Place.jobs(endedAt: .start, after: $0) }
      #expect(Array(places.suffix(2)) == jobs)
      #expect(place == .files(after: ""))
    }
  }

  @Test func `takes nothing that came to be needed since it was found`() async throws {
    let place = try Place()
    let ids = try await place.insert(3)
    try place.transaction { transaction throws in
      for id in ids {
        try transaction.append(.sample(), of: id, to: [])
        try end(id, at: .start, in: transaction)
      }
      try transaction.setLogCursor("/l", seq: 3, inode: 1)
      let find = { (place: Prunable.Place) in
        try transaction.prunable(from: place, before: horizon, at: horizon + .days(90), limit: 10)
      }
      let events = try find(.start)
      let jobs = try find(try #require(events.next))
      // One is told to another channel, one is found again.
      try transaction.enqueueEnd(of: ids[0], to: "hook", at: .start)
      try end(ids[1], at: .start, dueAt: .start, in: transaction)
      #expect(try transaction.prune(events, before: horizon) == 2)
      #expect(try transaction.prune(jobs, before: horizon) == 1)
      #expect(try seqs(transaction) == [1])
      #expect(try ids.filter { try transaction.jobs.find($0) != nil } == Array(ids.prefix(2)))
    }
  }

  @Test func `forgets the files that were handled long ago`() throws {
    try Place().transaction { transaction throws in
      for number in 0..<12 { #expect(try transaction.noteFile("f\(number)", at: number % 2 == 0 ? .start : horizon)) }
      #expect(try transaction.prune(before: horizon, limit: 5) == 6)
      #expect(try transaction.noteFile("f0", at: horizon))
      #expect(try !transaction.noteFile("f11", at: horizon))
    }
  }

  @Test func `is not held up by where the status log was before`() throws {
    try Place().transaction { transaction throws in
      for _ in 0..<4 { try transaction.append(.sample(), of: nil, to: []) }
      try transaction.setLogCursor("/old", seq: 1, inode: 1)
      try transaction.setLogCursor("/new", seq: 4, inode: 2)
      #expect(try transaction.prune(before: horizon, limit: 10) == 4)
      #expect(try transaction.logCursor("/new") == .init(seq: 4, inode: 2))
    }
  }

  @Test func `takes a job with all that belongs to it once it is over and told`() async throws {
    let place = try Place()
    let ids = try await place.insert(5)
    try place.transaction { transaction throws in
      let change = Transition(from: .running, to: .lost, rawStatus: nil, at: .start)
      for id in ids {
        try transaction.history.record(
          change, evidence: Evidence(httpStatus: 200, body: [1]), of: id)
      }
      try transaction.append(.sample(), of: ids[0], to: ["hook"])
      try transaction.append(.sample(), of: ids[4], to: [])
      try end(ids[0], at: .start, in: transaction)
      try end(ids[1], at: .start, dueAt: .start, in: transaction)
      try end(ids[2], at: horizon, in: transaction)
      try end(ids[4], at: .start, in: transaction)
      #expect(try transaction.prune(before: horizon, limit: 10) == 1)
      #expect(try ids.filter { try transaction.jobs.find($0) != nil } == Array(ids.prefix(4)))
      #expect(try transaction.history.transitions(of: ids[4]).isEmpty)
      #expect(try transaction.db.value("SELECT count(*) FROM evidence") == 4)
      // The event that told of it is still to be logged.
      #expect(try seqs(transaction) == [1, 2])
    }
  }

  @Test func `shrinks the file`() async throws {
    let place = try Place()
    let ids = try await place.insert(1000)
    try await place.write { transaction throws in
      let change = Transition(from: .running, to: .lost, rawStatus: nil, at: .start)
      let body = [UInt8](repeating: 7, count: 4000)
      for id in ids {
        try transaction.history.record(change, evidence: Evidence(httpStatus: 200, body: body), of: id)
        try end(id, at: .start, in: transaction)
      }
    }
    let pages = try await count("page_count", place.store)
    _ = try await place.write { [horizon] in try $0.prune(before: horizon, limit: 300) }
    while try await place.store.shrink() > 0 {}
    #expect(try await count("freelist_count", place.store) == 0)
    #expect(try await count("page_count", place.store) < pages / 4)
  }

  private func count(_ pragma: String, _ store: Store) async throws -> Int {
    try await store.write { try Int.fetchOne($0.db, sql: "PRAGMA \(pragma)") ?? -1 }
  }
}
