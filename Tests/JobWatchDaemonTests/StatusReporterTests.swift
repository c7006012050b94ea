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
      scene.pulse.failed("the disk is full", retriesAt: .hours(9), at: scene.clock.now.uptime)
      try await scene.look(after: .seconds(59))
      #expect(try await scene.told().isEmpty)
      try await scene.look(after: .seconds(1))
      scene.pulse.failed("fuller", retriesAt: .hours(9), at: scene.clock.now.uptime)
      for _ in 1...3 { try await scene.look(after: .minutes(5)) }
      let told = try await scene.told()
      #expect(told.count == 1)
      #expect(told.first?.contains("poller: the disk is full") == true)
      #expect(try await scene.onRecord() == ["daemon/poller"])
      scene.pulse.waits(until: .hours(9), at: scene.clock.now.uptime)
      try await scene.look(after: .seconds(5))
      #expect(try await scene.onRecord().isEmpty)
      // Failing anew is another trouble.
      scene.pulse.failed("again", retriesAt: .hours(9), at: scene.clock.now.uptime)
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
      let others = ["intake", "status"].map(scene.vitals.pulse)
      for pulse in others + [scene.pulse] {
        pulse.failed("the disk is full", retriesAt: .hours(9), at: scene.clock.now.uptime)
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
      let intake = scene.vitals.pulse("intake")
      intake.waits(until: .hours(9), at: scene.clock.now.awake)
      try FileManager.default.moveItem(atPath: path, toPath: path + ".away")
      scene.pulse.failed("no database", retriesAt: .hours(9), at: scene.clock.now.awake)
      await #expect(throws: StoreError.self) { try await scene.look(after: .minutes(1)) }
      intake.failed("no database", retriesAt: .hours(9), at: scene.clock.now.awake)
      await #expect(throws: StoreError.self) { try await scene.look(after: .minutes(1)) }
      for pulse in [scene.pulse, intake] {
        pulse.waits(until: .hours(9), at: scene.clock.now.awake)
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
      first.pulse.failed("the disk is full", retriesAt: .hours(9), at: first.clock.now.uptime)
      try await first.look(after: .minutes(2))
      #expect(try await first.told().count == 1)

      let second = try Scene(store)
      // Its first look comes before the loop has tried.
      try await second.look(after: .zero)
      #expect(try await second.onRecord() == ["daemon/poller"])
      second.pulse.failed("the disk is full", retriesAt: .hours(9), at: second.clock.now.uptime)
      for _ in 1...3 { try await second.look(after: .minutes(1)) }
      #expect(try await second.told().count == 1)

      let third = try Scene(store)
      third.pulse.waits(until: .hours(9), at: third.clock.now.uptime)
      try await third.look(after: .zero)
      #expect(try await third.onRecord().isEmpty)
      #expect(try await third.told().count == 1)
    }
  }

  @Test func `closes the trouble of a loop that is there no more`() async throws {
    try await withStore { store in
      let first = try Scene(store)
      first.vitals.pulse("relay old").failed(
        "no", retriesAt: .hours(9), at: first.clock.now.uptime)
      try await first.look(after: .minutes(2))
      #expect(try await first.onRecord() == ["daemon/relay old"])
      let second = try Scene(store)
      try await second.look(after: .zero)
      #expect(try await second.onRecord().isEmpty)
    }
  }
}

/// A watch over one loop that is driven by hand, and the service manager that is told.
private final class Scene: Sendable {
  let socket: ServiceSocket
  let clock = ManualClock()
  let vitals = HealthRegistry()
  let pulse: LoopHealth
  let report: ServiceReport
  private let store: Store
  private let watch: StatusReporter

  init(_ store: Store) throws {
    let (clock, log) = (clock, Logger.silent)
    self.store = store
    socket = try ServiceSocket("@" + UUID().uuidString)
    pulse = vitals.pulse("poller")
    let manager = try ServiceManager(environment: ["NOTIFY_SOCKET": socket.name])
    report = ServiceReport(manager, every: .hours(1), clock: { clock.now }, log: log)
    let ground = DaemonContext(
      store: store, credentials: CredentialMemory(), report: report,
      clock: { clock.now }, log: log, output: LogOutput())
    var configuration = Configuration(accounts: [
      Account(name: "prod", region: "eu-de", projectID: "p", authentication: .token)
    ])
    configuration.breaker.grace = .minutes(1)
    let poller = try Poller(
      configuration: configuration, store: store, clients: [:], logins: [],
      clock: { clock.now }, alarm: Alarm(), log: log)
    watch = StatusReporter(configuration, ground, vitals, poller: poller)
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
