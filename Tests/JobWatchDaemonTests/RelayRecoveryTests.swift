@testable import JobWatchCore
import JobWatchStore
import TestSupport
import Testing

@testable import JobWatchDaemon

@Suite(.timeLimit(.minutes(5))) struct `A relay whose channel is in trouble with some messages` {
  private func failure(after wait: Duration? = nil) -> DeliveryOutcome {
    .retry(status: 500, reason: "the receiver answered 500", retryAfter: wait)
  }

  @Test func `delivers others at once while a few are refused`() async throws {
    try await withStore { store in
      let bench = RelayBench(store) { seq, _ in (2...4).contains(seq) ? .refused(400) : .taken }
      try await bench.tell(4)
      for second in 1...60 {
        try await bench.tell()
        try await bench.run(until: .seconds(second))
        #expect(bench.taken.sorted() == bench.own.filter { !(2...4).contains($0) })
      }
      try await bench.run(until: .minutes(3))
      let told = try await bench.told()
      #expect(told.sorted() == ["lost 2", "lost 3", "lost 4"], "\(told)")
    }
  }

  @Test func `delivers others within the first wait while very many are refused`() async throws {
    try await withStore { store in
      let bench = RelayBench(store) { seq, _ in (2...41).contains(seq) ? .refused(400) : .taken }
      try await bench.tell()
      try await bench.run(until: .seconds(1))
      try await bench.tell(40)
      for second in 2...90 {
        try await bench.tell()
        try await bench.run(until: .seconds(second))
        if second < 33 { continue }
        let late = bench.own.filter { !(2...41).contains($0) && !bench.taken.contains($0) }
        #expect(late.isEmpty, "\(second)")
      }
    }
  }

  @Test func `is found out though the daemon starts again before five attempts in a row have failed`() async throws {
    try await withStore { store in
      let bench = RelayBench(store) { _, elapsed in elapsed < .hours(3) ? failure() : .taken }
      try await bench.tell()
      for quarter in 1...16 {
        bench.restart()
        try await bench.run(until: .minutes(15 * quarter))
      }
      #expect(bench.taken == [1], "\(bench.attempts)")
    }
  }

  @Test func `waits out the delays of one that fails while others are taken`() async throws {
    try await withStore { store in
      let bench = RelayBench(store) { seq, _ in seq == 1 ? failure() : .taken }
      for minute in 1...60 {
        try await bench.tell(2)
        try await bench.run(until: .minutes(minute))
      }
      #expect(bench.attempts.count { $0.seq == 1 } == 6)
      #expect(try await bench.told() == [])
    }
  }

  @Test func `tries those that fail for two days, though the channel recovers from them each time`()
    async throws
  {
    try await withStore { store in
      let bench = RelayBench(store) { seq, _ in seq <= 6 ? failure() : .taken }
      try await bench.tell(6)
      for hour in 1...42 {
        try await bench.tell()
        try await bench.run(until: .hours(hour))
      }
      #expect(try await !bench.told().contains { $0.hasPrefix("lost") })
      #expect(bench.attempts.count { $0.seq <= 6 } < 6 * 40)
      for hour in 43...72 {
        try await bench.tell()
        try await bench.run(until: .hours(hour))
      }
      #expect(try await bench.told().count { $0.hasPrefix("lost") } == 6)
    }
  }

  @Test func `does not try one before the time that the receiver asked for`() async throws {
    try await withStore { store in
      let bench = RelayBench(store) { seq, elapsed in
        if seq == 1 { return failure(after: .hours(1)) }
        return elapsed < .minutes(1) ? failure() : .taken
      }
      try await bench.tell(8)
      try await bench.run(until: .minutes(59))
      #expect(try await bench.told() == ["channel.failing", "channel.recovered"])
      #expect(bench.taken.sorted() == Array(2...8))
      #expect(bench.attempts.count { $0.seq == 1 } == 1)
      try await bench.run(until: .minutes(61))
      #expect(bench.attempts.count { $0.seq == 1 } == 2)
    }
  }

  @Test(
    "keeps what it says it keeps, with the shortest delays on a quiet channel", arguments: [1, 2])
  func quiet(_ count: Int) async throws {
    try await withStore { store in
      let delays: [Duration] = [.zero] + [1, 1, 1, 2, 2].map { .seconds($0) }
      let bench = RelayBench(store, policy: DeliveryPolicy(delays: delays, spread: 0)) {
        seq, elapsed in seq == 1 || elapsed >= .minutes(20) ? .taken : .refused(413)
      }
      try await bench.tell()
      try await bench.run(until: .seconds(1))
      try await bench.tell(count)
      try await bench.run(until: .minutes(31))
      #expect(try await bench.told() == ["channel.failing", "channel.recovered"])
      #expect(bench.taken.sorted() == bench.own)
    }
  }

  @Test func `delivers what a trouble left waiting as soon as one is taken`() async throws {
    try await withStore { store in
      let bench = RelayBench(store) { _, elapsed in elapsed < .minutes(9) ? .refused(400) : .taken }
      try await bench.tell(2)
      try await bench.run(until: .minutes(9))
      #expect(try await bench.told() == ["channel.failing"])
      try await bench.tell()
      try await bench.run(until: .minutes(9) + .seconds(1))
      #expect(bench.taken.sorted() == bench.own)
      #expect(try await bench.told() == ["channel.failing", "channel.recovered"])
    }
  }

  @Test func `tells a trouble that begins with refusals and goes on with another failure`()
    async throws
  {
    try await withStore { store in
      let bench = RelayBench(store) { _, elapsed in
        elapsed < .seconds(1) ? .refused(400) : failure()
      }
      try await bench.tell(3)
      try await bench.run(until: .minutes(1))
      #expect(try await bench.told() == ["channel.failing"])
    }
  }
}
