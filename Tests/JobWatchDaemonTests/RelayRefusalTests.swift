import JobWatchCore
import JobWatchStore
import TestSupport
import Testing

@testable import JobWatchDaemon

@Suite(.timeLimit(.minutes(5))) struct `A relay whose messages are refused` {
  @Test(arguments: [400, 413, 422])
  func `loses nothing in a bad deploy, and tells its begin and its end once`(_ status: Int)
    async throws
  {
    try await withStore { store in
      let bench = RelayBench(store) { _, elapsed in
        (.minutes(1)..<(.minutes(6))).contains(elapsed) ? .refused(status) : .taken
      }
      try await bench.tell(3)
      try await bench.run(until: .minutes(1))
      #expect(bench.taken.sorted() == [1, 2, 3])
      try await bench.tell(14)
      try await bench.run(until: .minutes(2))
      try await bench.tell(6)
      try await bench.run(until: .minutes(5))
      // A restart in the middle.
      bench.restart()
      try await bench.run(until: .minutes(30))
      #expect(try await bench.told() == ["channel.failing", "channel.recovered"])
      #expect(try await bench.waiting().isEmpty)
      #expect(bench.taken.sorted() == bench.own && bench.own.count == 23)
      // One probe at a time, not all that waits again and again.
      #expect(bench.attempts.count < 23 + 20)
    }
  }

  @Test func `counts no attempt in a trouble, however long it is`() async throws {
    try await withStore { store in
      let bench = RelayBench(store) { _, elapsed in elapsed < .days(3) ? .refused(400) : .taken }
      try await bench.tell(5)
      for day in 1...3 {
        try await bench.run(until: .days(day))
        bench.restart()
      }
      #expect(try await bench.told() == ["channel.failing"])
      let attempts = try await bench.waiting()
      #expect(attempts.count == 5 && attempts.values.allSatisfy { $0 <= 1 }, "\(attempts)")
      // Each has its turn.
      for seq in 1...5 { #expect(bench.attempts.count { $0.seq == seq } > 20) }
      try await bench.run(until: .days(4))
      #expect(bench.taken.sorted() == [1, 2, 3, 4, 5])
      #expect(try await bench.told() == ["channel.failing", "channel.recovered"])
    }
  }

  @Test func `gives up the one that is refused while others are taken`() async throws {
    try await withStore { store in
      let bench = RelayBench(store) { seq, _ in seq == 2 ? .refused(422) : .taken }
      try await bench.tell(4)
      try await bench.run(until: .seconds(34))
      #expect(try await bench.told() == [])
      try await bench.run(until: .minutes(1))
      #expect(try await bench.told() == ["lost 2"])
      #expect(bench.taken.sorted() == [1, 3, 4])
      #expect(bench.attempts.count { $0.seq == 2 } == 3)
    }
  }

  @Test func `gives up the large ones one by one while the small ones are taken`() async throws {
    try await withStore { store in
      let bench = RelayBench(store) { seq, _ in seq.isMultiple(of: 3) ? .refused(413) : .taken }
      for minute in 1...24 {
        try await bench.tell()
        try await bench.run(until: .minutes(minute))
      }
      try await bench.run(until: .minutes(40))
      let (large, small) = (bench.own.filter { $0.isMultiple(of: 3) }, bench.own.filter { !$0.isMultiple(of: 3) })
      #expect(try await bench.told() == large.map { "lost \($0)" })
      #expect(bench.taken == small && large.count > 2)
    }
  }

  @Test func `keeps one that comes alone until another shows which of the two is in the wrong`()
    async throws
  {
    try await withStore { store in
      let bench = RelayBench(store) { seq, _ in seq == 1 ? .refused(400) : .taken }
      try await bench.tell()
      try await bench.run(until: .minutes(2))
      #expect(try await bench.told() == [])
      try await bench.run(until: .hours(40))
      #expect(try await bench.told() == ["channel.failing"])
      try await bench.run(until: .hours(72))
      #expect(try await bench.told() == ["channel.failing"])
      #expect(try await bench.waiting() == [1: 3])
      try await bench.tell()
      try await bench.run(until: .hours(73))
      #expect(try await bench.told() == ["channel.failing", "channel.recovered", "lost 1"])
    }
  }

  @Test func `lets the next message show at once whether one that came alone is in the wrong`()
    async throws
  {
    try await withStore { store in
      let bench = RelayBench(store) { seq, _ in seq == 1 ? .refused(400) : .taken }
      try await bench.tell()
      try await bench.run(until: .minutes(5))
      #expect(try await bench.told() == ["channel.failing"])
      try await bench.tell(3)
      try await bench.run(until: .minutes(5) + .seconds(1))
      #expect(bench.taken.sorted() == Array(bench.own.dropFirst()))
      try await bench.run(until: .minutes(30))
      #expect(try await bench.told() == ["channel.failing", "channel.recovered", "lost 1"])
    }
  }

  @Test func `holds and tells the trouble of a channel that never took anything`() async throws {
    try await withStore { store in
      let bench = RelayBench(store) { _, _ in .refused(400) }
      try await bench.tell(3)
      try await bench.run(until: .hours(72))
      #expect(try await bench.told() == ["channel.failing"])
      let event = try await store.read { try $0.events.all(after: 3, limit: 1).first }
      #expect(event?.data.contains("the receiver answers every message with 400") == true)
      #expect(event?.data.contains("cure") == true)
    }
  }

  @Test func `takes a refusal for no recovery from another trouble`() async throws {
    try await withStore { store in
      let bench = RelayBench(store) { _, elapsed in
        elapsed < .minutes(1)
          ? .retry(status: 503, reason: "503", retryAfter: nil) : elapsed < .minutes(4) ? .refused(400) : .taken
      }
      try await bench.tell(8)
      try await bench.run(until: .minutes(30))
      #expect(try await bench.told() == ["channel.failing", "channel.recovered"])
      #expect(bench.taken.sorted() == Array(1...8))
    }
  }

  @Test func `comes out of a trouble when one message will never be taken`() async throws {
    try await withStore { store in
      // The first that waits is the one that the receiver will not take, when it takes the others again.
      let bench = RelayBench(store) { seq, elapsed in
        elapsed < .minutes(3) || seq == 1 ? .refused(400) : .taken
      }
      try await bench.tell(6)
      try await bench.run(until: .minutes(20))
      #expect(try await bench.told().prefix(2) == ["channel.failing", "channel.recovered"])
      #expect(bench.taken.sorted() == [2, 3, 4, 5, 6])
      try await bench.tell()
      try await bench.run(until: .hours(2))
      #expect(try await bench.told().dropFirst(2) == ["lost 1"])
      // Those that were held, too.
      let count = bench.attempts.count { $0.seq == 1 }
      let events = try await store.read { try $0.events.all(after: 0, limit: 100) }
      #expect(events.contains { $0.data.contains("given up after \(count) attempts") })
    }
  }

  @Test func `keeps the order of a job's messages over a trouble`() async throws {
    try await withStore { store in
      let bench = RelayBench(store) { _, elapsed in elapsed < .minutes(5) ? .refused(400) : .taken }
      let jobs = try await store.write { transaction in
        try ["one", "two", "three"].compactMap { id in
          let job = Job.registered(id, at: Timestamp(milliseconds: 0))
          return try transaction.jobs.insert(job, dueAt: job.submittedAt, noticeAt: nil)?.id
        }
      }
      for _ in 1...4 { for job in jobs { try await bench.tell(of: job) } }
      try await bench.run(until: .minutes(30))
      #expect(bench.taken.count == 12)
      for number in 0..<3 {
        let own = bench.own.indices.filter { $0 % 3 == number }.map { bench.own[$0] }
        #expect(bench.taken.filter(own.contains) == own)
      }
    }
  }
}
