import Foundation
import JobWatchCore
import JobWatchStore
import Logging
import TestSupport
import Testing

@testable import JobWatchConfiguration
@testable import JobWatchDaemon
@testable import JobWatchLogging

@Suite struct `The watch over how things stand` {
  @Test func `says it in the status, with what is parked`() async throws {
    try await withStore { store in
      let scene = try Scene(store)
      for (account, id) in [("prod", "a1"), ("prod", "a2"), ("old", "b1")] {
        let job = Job(
          key: JobKey(account: account, service: "ecs", jobID: id), projectID: "p",
          region: "eu-de", submittedAt: scene.clock.now.wall, registeredAt: scene.clock.now.wall)
        _ = try await store.write { try $0.jobs.insert(job, dueAt: job.submittedAt, noticeAt: nil) }
      }
      scene.report.isReady()
      _ = scene.socket.pending()
      let next = try await scene.look(after: .zero)
      #expect(next == scene.clock.now.uptime + .seconds(5))
      #expect(
        scene.socket.pending().map(\.status) == [
          "watching 2 jobs, 0 due, 0 at risk; 1 parked (not configured: old)"
        ])
    }
  }

  @Test func `tells of a loop that fails once, when the grace is over, and not of its end`()
    async throws
  {
    try await withStore { store in
      let scene = try Scene(store)
      scene.health.failed("the disk is full", retriesAt: .hours(9), at: scene.clock.now.uptime)
      try await scene.look(after: .seconds(59))
      #expect(try await scene.told().isEmpty)
      try await scene.look(after: .seconds(1))
      scene.health.failed("fuller", retriesAt: .hours(9), at: scene.clock.now.uptime)
      for _ in 1...3 { try await scene.look(after: .minutes(5)) }
      let told = try await scene.told()
      #expect(told.count == 1)
      #expect(told.first?.contains("poller: the disk is full") == true)
      #expect(try await scene.onRecord() == ["daemon/poller"])
      scene.health.waits(until: .hours(9), at: scene.clock.now.uptime)
      try await scene.look(after: .seconds(5))
      #expect(try await scene.onRecord().isEmpty)
      // Failing anew is another trouble.
      scene.health.failed("again", retriesAt: .hours(9), at: scene.clock.now.uptime)
      try await scene.look(after: .seconds(59))
      #expect(try await scene.told().count == 1)
      try await scene.look(after: .seconds(1))
      #expect(try await scene.told().count == 2)
    }
  }

  @Test func `tells one reason once, however many loops it is in the way of, and not its own`()
    async throws
  {
    try await withStore { store in
      let scene = try Scene(store)
      let others = ["intake", "status"].map(scene.registry.register)
      for loop in others + [scene.health] {
        loop.failed("the disk is full", retriesAt: .hours(9), at: scene.clock.now.uptime)
      }
      try await scene.look(after: .minutes(2))
      #expect(try await scene.told().count == 1)
      #expect(try await scene.onRecord().sorted() == ["daemon/intake", "daemon/poller"])
    }
  }

  @Test func `tells once, when it can, of what kept it from being told, though it is over then`()
    async throws
  {
    try await withStore { store, path in
      let scene = try Scene(store)
      let intake = scene.registry.register("intake")
      intake.waits(until: .hours(9), at: scene.clock.now.awake)
      try FileManager.default.moveItem(atPath: path, toPath: path + ".away")
      scene.health.failed("no database", retriesAt: .hours(9), at: scene.clock.now.awake)
      await #expect(throws: StoreError.self) { try await scene.look(after: .minutes(1)) }
      intake.failed("no database", retriesAt: .hours(9), at: scene.clock.now.awake)
      await #expect(throws: StoreError.self) { try await scene.look(after: .minutes(1)) }
      for loop in [scene.health, intake] {
        loop.waits(until: .hours(9), at: scene.clock.now.awake)
      }
      try FileManager.default.moveItem(atPath: path + ".away", toPath: path)
      for _ in 1...3 { try await scene.look(after: .minutes(1)) }
      let told = try await scene.told()
      #expect(told.count == 1 && told.first?.contains("poller, intake: no database") == true)
      #expect(try await scene.onRecord().isEmpty)
    }
  }

  @Test func `does not tell again after a restart what still lasts, and closes what does not`()
    async throws
  {
    try await withStore { store in
      let first = try Scene(store)
      first.health.failed("the disk is full", retriesAt: .hours(9), at: first.clock.now.uptime)
      try await first.look(after: .minutes(2))
      #expect(try await first.told().count == 1)

      let second = try Scene(store)
      // Its first look comes before the loop has tried.
      try await second.look(after: .zero)
      #expect(try await second.onRecord() == ["daemon/poller"])
      second.health.failed("the disk is full", retriesAt: .hours(9), at: second.clock.now.uptime)
      for _ in 1...3 { try await second.look(after: .minutes(1)) }
      #expect(try await second.told().count == 1)

      let third = try Scene(store)
      third.health.waits(until: .hours(9), at: third.clock.now.uptime)
      try await third.look(after: .zero)
      #expect(try await third.onRecord().isEmpty)
      #expect(try await third.told().count == 1)
    }
  }

  @Test func `closes the trouble of a loop that is there no more`() async throws {
    try await withStore { store in
      let first = try Scene(store)
      first.registry.register("relay old").failed("no", retriesAt: .hours(9), at: first.clock.now.uptime)
      try await first.look(after: .minutes(2))
      #expect(try await first.onRecord() == ["daemon/relay old"])
      let second = try Scene(store)
      try await second.look(after: .zero)
      #expect(try await second.onRecord().isEmpty)
    }
  }
}

@Suite struct `The failures of loops` {
  private let clock = ManualClock()
  private let grace = Duration.minutes(1)

  private func failing(_ reason: String = "the disk is full", since: Duration)
    -> [(loop: String, failure: LoopHealth.Failure)]
  {
    [(loop: "intake", failure: .init(since: since, reason: reason))]
  }

  private func words(_ changes: [ConditionChange]) -> [String] {
    changes.map { change in
      let condition = change.condition
      return change.isEnd ? "ends" : condition.toldAt == nil ? "begins" : "told: \(condition.cause)"
    }
  }

  @Test func `are told, though they are over before the database could be read`() {
    var failures = LoopFailures(grace: grace)
    let since = clock.now.awake
    clock.pass(grace)
    failures.update(failing: failing(since: since), untried: [], at: clock.now)
    clock.pass(.minutes(1))
    failures.update(failing: [], untried: [], at: clock.now)
    #expect(
      words(failures.changes(to: [], at: clock.wall)) == [
        "begins", "told: the disk is full", "ends",
      ])
    failures.stored()
    #expect(failures.changes(to: [], at: clock.wall).isEmpty)
  }

  /// Whether the process before this one told of it, and whether it lasts.
  @Test(arguments: [true, false], [true, false])
  func `on record are taken up when the database can be read, and told once`(_ isTold: Bool, _ lasts: Bool) {
    var failures = LoopFailures(grace: grace)
    let since = clock.now.awake
    let begun = clock.wall - .minutes(5)
    clock.pass(grace)
    failures.update(failing: lasts ? failing("still full", since: since) : [], untried: [], at: clock.now)
    var condition = Condition(.worker("intake"), .failing, since: begun, cause: "the disk is full")
    if isTold { condition.toldAt = begun + .minutes(1) }
    let told = isTold || !lasts ? [] : ["told: still full"]
    #expect(words(failures.changes(to: [condition], at: clock.wall)) == told + (lasts ? [] : ["ends"]))
    failures.stored()
    condition.toldAt = condition.toldAt ?? clock.wall
    #expect(failures.changes(to: lasts ? [condition] : [], at: clock.wall).isEmpty)
  }
}

/// A watch over one loop that is driven by hand, and the service manager that is told.
private final class Scene: Sendable {
  let socket: ServiceSocket
  let clock = ManualClock()
  let registry = HealthRegistry()
  let health: LoopHealth
  let report: ServiceReport
  private let store: Store
  private let watch: StatusReporter

  init(_ store: Store) throws {
    let (clock, log) = (clock, Logger.silent)
    self.store = store
    socket = try ServiceSocket("@" + UUID().uuidString)
    health = registry.register("poller")
    let manager = try ServiceManager(environment: ["NOTIFY_SOCKET": socket.name])
    report = ServiceReport(manager, time: clock.time, log: log)
    var context = DaemonContext(store: store, report: report, log: log)
    context.time = clock.time
    var configuration = Configuration(accounts: [
      Account(name: "prod", region: "eu-de", projectID: "p", authentication: .token)
    ])
    configuration.breaker.grace = .minutes(1)
    let poller = try Poller(
      configuration: configuration, store: store, clients: [:], logins: [],
      clock: { clock.now }, alarm: Alarm(), log: log)
    watch = StatusReporter(configuration, context, registry, poller: poller)
  }

  @discardableResult
  func look(after time: Duration) async throws -> Duration? {
    clock.pass(time)
    return try await watch.work(at: clock.now)
  }

  /// The summaries of `daemon.degraded`.
  func told() async throws -> [String] {
    struct Data: Decodable { var summary: String }
    let events = try await store.read { try $0.events.all(after: 0, limit: 100) }
    return try events.filter { $0.kind == EventKind.daemonDegraded.rawValue }.map {
      try JSONDecoder().decode(Data.self, from: Foundation.Data($0.data.utf8)).summary
    }
  }

  func onRecord() async throws -> [String] {
    try await store.read { try $0.conditions.open().map { "\($0.subject)" } }
  }
}
