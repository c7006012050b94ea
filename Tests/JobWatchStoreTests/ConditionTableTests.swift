import JobWatchCore
import Testing

@testable import JobWatchStore

@Suite struct `What is wrong, on record` {
  private static let ecs = EndpointKey(account: "prod", service: "ecs")
  private let routes = RouteTable(channels: [], routes: [])

  private func time(_ hours: Int) -> Timestamp { .start + .hours(hours) }

  private func down(at hours: Int) -> ConditionChange {
    .down(Self.ecs, .unreachable, since: time(1), cause: "503", at: time(hours))
  }
  private func up(at hours: Int) -> ConditionChange { .up(Self.ecs, .unreachable, at: time(hours)) }
  private var begun: ConditionChange {
    .begins(Condition(.endpoint(Self.ecs), .unreachable, since: time(1), cause: "503"))
  }

  /// Changes in turn, the events that tell of them, and what lasts in the end.
  @Test func `is told once, and its end only if its beginning was`() throws {
    let cases: [(changes: [ConditionChange], told: [EventKind], lasts: Bool)] = [
      ([begun], [], true),
      ([begun, begun], [], true),
      ([begun, up(at: 2)], [], false),
      ([begun, down(at: 2)], [.endpointDown], true),
      ([begun, down(at: 2), down(at: 3), begun], [.endpointDown], true),
      ([begun, down(at: 2), up(at: 3)], [.endpointDown, .endpointUp], false),
      ([down(at: 2), up(at: 3), up(at: 4)], [.endpointDown, .endpointUp], false),
      ([up(at: 2)], [], false),
      ([down(at: 2), up(at: 3), down(at: 4)], [.endpointDown, .endpointUp, .endpointDown], true),
    ]
    for (number, sample) in cases.enumerated() {
      try Place().transaction { transaction throws in
        for change in sample.changes { try transaction.apply(change, routes: routes) }
        let events = try transaction.events.all(after: 0, limit: 9).map(\.kind)
        #expect(events == sample.told.map(\.rawValue), "case \(number)")
        #expect(try transaction.conditions.open().isEmpty == !sample.lasts, "case \(number)")
      }
    }
  }

  @Test func `keeps its beginning, and takes the cause that is told`() throws {
    try Place().transaction { transaction throws in
      try transaction.apply(begun, routes: routes)
      var told = down(at: 2)
      (told.condition.since, told.condition.cause) = (time(2), "no route to host")
      try transaction.apply(told, routes: routes)
      let open = try #require(try transaction.conditions.open().first)
      #expect(open.since == time(1) && open.toldAt == time(2) && open.cause == "no route to host")
    }
  }

  @Test func `ends when it began, where its beginning is ahead of the clock`() throws {
    try Place().transaction { transaction throws in
      try transaction.apply(down(at: 2), routes: routes)
      try transaction.apply(.up(Self.ecs, .unreachable, at: .start), routes: routes)
      let gap = try #require(try transaction.db.rows("SELECT since, until FROM condition").first)
      #expect(gap[0] as Timestamp == gap[1])
    }
  }

  /// By subject: whether it hides jobs of `prod/ecs`.
  @Test(arguments: [
    (Condition.Subject.endpoint(ecs), true), (.account("prod"), true), (.daemon, true),
    (.worker("poller"), true), (.worker("intake"), false), (.channel("prod"), false),
    (.account("other"), false),
    (.endpoint(EndpointKey(account: "prod", service: "dcs")), false),
  ])
  func `hides the jobs that it concerns`(_ subject: Condition.Subject, _ hides: Bool) throws {
    try Place().transaction { transaction throws in
      try transaction.apply(
        .begins(Condition(subject, .failing, since: time(1), cause: "C")), routes: routes)
      #expect(try transaction.conditions.gaps(of: Self.ecs, from: .start, to: time(9)).isEmpty == !hides)
    }
  }

  /// A condition from 1 h to 3 h; the time asked for; what is hidden of it.
  @Test func `hides jobs while it lasts, and is asked for after its end`() throws {
    try Place().transaction { transaction throws in
      for change in [begun, up(at: 3)] { try transaction.apply(change, routes: routes) }
      let cases: [(from: Int, to: Int, isHidden: Bool)] = [
        (0, 9, true), (0, 1, false), (0, 2, true), (2, 9, true), (3, 9, false), (4, 9, false),
      ]
      for sample in cases {
        let gaps = try transaction.conditions.gaps(of: Self.ecs, from: time(sample.from), to: time(sample.to))
        #expect(gaps.map(\.from) == (sample.isHidden ? [time(1)] : []), "\(sample)")
        #expect(gaps.map(\.to) == (sample.isHidden ? [time(3)] : []), "\(sample)")
      }
      try transaction.apply(down(at: 5), routes: routes)
      let open = try transaction.conditions.gaps(of: Self.ecs, from: time(4), to: time(9))
      #expect(open.map(\.to) == [time(9)])
      #expect(open.first?.cause == "the endpoint gave no answer: 503 (since \(time(1)))")
    }
  }

  @Test func `holds the time in which jobwatch did not run`() throws {
    try Place().transaction { transaction throws in
      try transaction.noteStart(at: .start)
      #expect(try transaction.conditions.gaps(of: Self.ecs, from: .start, to: time(9)).isEmpty)
      try transaction.append(.sample(), of: nil, to: [])
      try transaction.noteStart(at: time(5))
      let gaps = try transaction.conditions.gaps(of: Self.ecs, from: .start, to: time(9))
      #expect(gaps.map(\.to) == [time(5)])
      #expect(gaps.first?.cause.hasPrefix("jobwatch was not running") == true)
      #expect(try transaction.conditions.open().isEmpty)
    }
  }

  @Test func `ends now where a clock that was ahead ended it later, and begins now at the latest`() throws {
    try Place().transaction { transaction throws in
      try transaction.conditions.noteStop(from: time(1), to: time(2))
      try transaction.conditions.noteStop(from: time(4), to: time(40))
      try transaction.conditions.noteStop(from: time(50), to: time(60))
      var outage = begun
      outage.condition.since = time(70)
      try transaction.apply(outage, routes: routes)
      #expect(try transaction.conditions.hasTimesAhead(of: time(6)))
      try transaction.conditions.boundTimes(at: time(6))
      #expect(try !transaction.conditions.hasTimesAhead(of: time(6)))
      let gaps = try transaction.conditions.gaps(of: Self.ecs, from: .start, to: time(20))
        .sorted { ($0.from, $0.to) < ($1.from, $1.to) }
      #expect(gaps.map(\.from) == [time(1), time(4), time(6), time(6)])
      #expect(gaps.map(\.to) == [time(2), time(6), time(6), time(20)])
    }
  }

  /// By whether an outage was told before a stop, and where it ends in the record: what hides jobs, and for how many hours.
  @Test(arguments: [(false, [(4, 1), (8, 4)]), (true, [(4, 1), (8, 4), (9, 1)])])
  func `blames nothing else for the time in which jobwatch did not run`(
    _ isTold: Bool, _ expected: [(until: Int, hours: Int)]
  ) throws {
    try Place().transaction { transaction throws in
      var outage = isTold ? down(at: 3) : begun
      outage.condition.since = time(3)
      try transaction.apply(outage, routes: routes)
      var sign = EventDraft.sample()
      sign.time = time(4)
      try transaction.append(sign, of: nil, to: [])
      try transaction.noteStart(at: time(8))
      #expect(try transaction.conditions.open().isEmpty == !isTold)
      try transaction.apply(up(at: 9), routes: routes)
      let gaps = try transaction.conditions.gaps(of: Self.ecs, from: .start, to: time(20))
        .sorted { $0.to < $1.to }
      #expect(gaps.map(\.to) == expected.map { time($0.until) })
      #expect(gaps.map { $0.to - $0.from } == expected.map { .hours($0.hours) })
      #expect(gaps.filter { $0.cause.hasPrefix("jobwatch was not running") }.count == 1)
    }
  }

  @Test func `parks the jobs of accounts that are not configured, until they are again`() throws {
    try Place().transaction { transaction throws in
      _ = try transaction.jobs.insert(.sample("a"), dueAt: .start, noticeAt: nil)
      let account = Job.sample("a").key.account
      func note(_ accounts: Set<String>, _ hours: Int) throws -> [String] {
        try transaction.noteConfigured(accounts: accounts, at: time(hours), routes: routes)
      }
      #expect(try note([account, "new"], 1).isEmpty)
      #expect(try note(["new"], 2) == [account])
      #expect(try note(["new"], 3) == [account])
      #expect(try transaction.conditions.open().map(\.since) == [time(2)])
      #expect(try note([account], 4).isEmpty)
      #expect(try transaction.conditions.open().isEmpty)
      let gaps = try transaction.conditions.gaps(of: Job.sample("a").key.endpoint, from: .start, to: time(9))
      #expect(gaps.map(\.from) == [time(2)] && gaps.map(\.to) == [time(4)])
      #expect(try transaction.events.all(after: 0, limit: 9).isEmpty)
    }
  }

  @Test func `goes with the events of its time, and not while it lasts`() throws {
    try Place().transaction { transaction throws in
      for change in [begun, up(at: 3), down(at: 4)] { try transaction.apply(change, routes: routes) }
      let horizons = [(3, 0), (4, 1), (9, 0)]
      for (horizon, count) in horizons {
        let found = try transaction.prunable(from: .conditions(after: 0), before: time(horizon), at: time(9), limit: 10)
        #expect(try transaction.prune(found, before: time(horizon)) == count)
        #expect(found.next == nil)
      }
      #expect(try transaction.conditions.open().count == 1)
    }
  }

  @Test func `of an older database was told when it began, and lasts`() async throws {
    for step in 1...2 {
      let old = try OldDatabase(afterStep: step)
      let store = try Store(path: old.path)
      let open = try await store.read { try $0.conditions.open() }
      #expect(open.map(\.subject) == [.channel("screen")])
      #expect(open.allSatisfy { $0.kind == .failing && $0.toldAt == $0.since && $0.until == nil })
      try store.close()
    }
  }
}
