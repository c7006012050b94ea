import Foundation
import JobWatchCore
import Synchronization
import TestSupport
import Testing

@testable import JobWatchDaemon

@Suite struct `The report to the service manager` {
  @Test func `asks for time while the daemon starts, and feeds the watchdog`() throws {
    let scene = try Scene()
    #expect(scene.heard().map { $0["EXTEND_TIMEOUT_USEC"] } == ["30000000"])
    scene.report.begins(.openingDatabase)
    let step = try #require(scene.heard().first)
    #expect(step.status == "opening the database")
    #expect(step["EXTEND_TIMEOUT_USEC"] == "30000000")
    scene.tick(after: .minutes(119))
    let notice = try #require(scene.heard().first)
    #expect(notice.isWatchdog && notice["EXTEND_TIMEOUT_USEC"] == "30000000")
    // One that takes so long is stuck: it gets no more.
    scene.tick(after: .minutes(2))
    #expect(scene.heard().map(\.lines) == [["WATCHDOG=1"]])
  }

  @Test func `says that the daemon is ready once all loops have settled, and how it stands`() throws {
    let scene = try Scene()
    let loops = ["poller", "intake"].map(scene.registry.register)
    scene.report.watches(scene.registry)
    scene.report.shows("watching 5 jobs")
    loops[0].waits(until: scene.uptime + .hours(9), at: scene.uptime)
    // A turn after which more is due at once is not the last of the start.
    loops[1].waits(until: scene.uptime, at: scene.uptime)
    #expect(!scene.heard().contains { $0.isReady || $0.status != nil })
    loops[1].waits(until: scene.uptime + .hours(9), at: scene.uptime)
    #expect(scene.heard().map(\.lines) == [["READY=1", "STATUS=watching 5 jobs"]])
    scene.report.shows("watching 5 jobs")
    #expect(scene.heard().isEmpty)
    scene.report.shows("watching 6 jobs")
    #expect(scene.heard().map(\.lines) == [["STATUS=watching 6 jobs"]])
    scene.tick(after: .seconds(5))
    #expect(scene.heard().map(\.lines) == [["WATCHDOG=1"]])
  }

  @Test func `feeds the watchdog only while no loop and no call is overdue`() throws {
    let scene = try Scene()
    let loop = scene.run("poller")
    let calling = scene.run("relay")
    loop.turns(at: scene.uptime)
    scene.tick(after: LoopHealth.turnLimit)
    #expect(scene.heard().map(\.isWatchdog) == [true])
    scene.tick(after: .seconds(1))
    scene.tick(after: .seconds(5))
    #expect(scene.heard().map(\.lines) == [["STATUS=STALLED: poller | watching"]])
    loop.waits(until: scene.uptime + .hours(9), at: scene.uptime)
    scene.tick(after: .seconds(5))
    #expect(scene.heard().map(\.lines) == [["WATCHDOG=1", "STATUS=watching"]])
    let call = calling.callBegan(limit: .minutes(1), at: scene.uptime)
    scene.tick(after: .seconds(61))
    #expect(scene.heard().map(\.status) == ["STALLED: relay | watching"])
    calling.callEnded(call)
    scene.tick(after: .zero)
    #expect(scene.heard().first?.isWatchdog == true)
  }

  @Test func `feeds the watchdog while loops turn and fail, and says once for what reason`() throws {
    let scene = try Scene()
    let loops = ["poller", "pruner", "relay a"].map(scene.run)
    scene.report.shows("watching 5 jobs")
    _ = scene.heard()
    for loop in loops.prefix(2) {
      loop.failed("the disk is full", retriesAt: scene.uptime + .hours(9), at: scene.uptime)
    }
    loops[2].failed("no journal", retriesAt: scene.uptime + .hours(9), at: scene.uptime)
    scene.tick(after: .seconds(5))
    let degraded = "DEGRADED, poller, pruner: the disk is full; relay a: no journal"
    #expect(scene.heard().map(\.lines) == [["WATCHDOG=1", "STATUS=\(degraded) | watching 5 jobs"]])
    for loop in loops { loop.waits(until: scene.uptime + .hours(9), at: scene.uptime) }
    scene.tick(after: .seconds(5))
    #expect(scene.heard().map(\.lines) == [["WATCHDOG=1", "STATUS=watching 5 jobs"]])
  }

  @Test func `says why a reload was refused until another is not`() throws {
    let scene = try Scene()
    _ = scene.run("poller")
    scene.report.shows("watching 5 jobs")
    _ = scene.heard()
    scene.report.reloads()
    scene.report.shows("watching 6 jobs")
    scene.report.refusesReload("jobwatch.yaml:3: no such key")
    let (reloading, ready) = try #require(scene.heard().pair)
    #expect(reloading.isReloading)
    #expect(reloading["MONOTONIC_USEC"].flatMap(Int.init) ?? 0 > 0)
    let refused = "watching 6 jobs | RELOAD REFUSED, the old configuration stays: jobwatch.yaml:3: no such key"
    #expect(ready.lines == ["READY=1", "STATUS=\(refused)"])
    scene.tick(after: .hours(1))
    #expect(scene.heard().map(\.lines) == [["WATCHDOG=1"]])
    scene.report.reloads()
    scene.report.acceptsReload()
    scene.report.watches(HealthRegistry())
    scene.report.isReady()
    #expect(scene.heard().last?.lines == ["READY=1", "STATUS=watching 6 jobs"])
  }

  @Test func `is not taken for ready by a refused reload while loops have yet to settle`() throws {
    let scene = try Scene()
    var loops = scene.registry
    for isAccepted in [false, true] {
      if isAccepted {
        scene.report.reloads()
        scene.report.acceptsReload()
        scene.report.reloads()
        scene.report.refusesReload("no")
        loops = HealthRegistry { scene.report.isReady() }
      }
      let loop = loops.register("poller")
      scene.report.watches(loops)
      scene.report.reloads()
      scene.report.refusesReload("no")
      #expect(!scene.heard().contains { $0.isReady })
      loop.waits(until: scene.uptime + .hours(1), at: scene.uptime)
      #expect(scene.heard().map(\.isReady) == [true])
    }
  }

  @Test func `is not taken for ready by the loops that an accepted reload ends`() throws {
    let scene = try Scene()
    let old = scene.registry.register("poller")
    scene.report.watches(scene.registry)
    scene.report.reloads()
    scene.report.acceptsReload()
    old.waits(until: scene.uptime + .hours(1), at: scene.uptime)
    #expect(!scene.heard().contains { $0.isReady })
    let next = HealthRegistry { scene.report.isReady() }
    let new = next.register("poller")
    scene.report.watches(next)
    #expect(!scene.heard().contains { $0.isReady })
    new.waits(until: scene.uptime + .hours(1), at: scene.uptime)
    #expect(scene.heard().map(\.isReady) == [true])
  }

  @Test func `says nothing more once the daemon stops`() throws {
    let scene = try Scene()
    let loop = scene.registry.register("poller")
    scene.report.watches(scene.registry)
    _ = scene.heard()
    scene.report.stops()
    #expect(scene.heard().map(\.isStopping) == [true])
    loop.waits(until: scene.uptime + .hours(1), at: scene.uptime)
    scene.report.reloads()
    scene.report.refusesReload("no")
    scene.report.shows("watching 5 jobs")
    scene.tick(after: .seconds(5))
    #expect(scene.heard().isEmpty)
  }

  @Test func `feeds no watchdog that watches nobody, or another process`() throws {
    let scene = try Scene(isWatched: false)
    _ = scene.heard()
    scene.tick(after: .seconds(5))
    #expect(scene.heard().map(\.lines) == [["EXTEND_TIMEOUT_USEC=30000000"]])
    _ = scene.run("poller")
    scene.tick(after: .seconds(5))
    #expect(scene.heard().isEmpty)
  }

  @Test func `does not take a loop for late that slept with the machine`() throws {
    let scene = try Scene()
    let loop = scene.run("poller")
    loop.waits(until: scene.uptime + .seconds(30), at: scene.uptime)
    _ = scene.heard()
    scene.sleep(.hours(1))
    // It turns once more before anybody looks, for which it gets no hour as a gift.
    loop.waits(until: scene.awake + .seconds(30), at: scene.awake)
    scene.tick(after: .seconds(5))
    #expect(scene.heard().map(\.lines) == [["WATCHDOG=1"]])
    // Awake it has as long as ever, and no longer.
    scene.tick(after: .seconds(54))
    #expect(scene.heard().map(\.lines) == [["WATCHDOG=1"]])
    scene.tick(after: .seconds(2))
    #expect(scene.heard().allSatisfy { !$0.isWatchdog })
  }

  @Test func `feeds the watchdog by itself, three times in the time that it has`() throws {
    for (timeout, tick) in [("6000000", Duration.seconds(2)), ("30000000", .seconds(5))] {
      let scene = try Scene(isTicking: true, watchdog: timeout)
      _ = scene.run("poller")
      for _ in 1...3 {
        scene.pass(tick - .milliseconds(1))
        #expect(scene.heard().isEmpty)
        scene.pass(.milliseconds(1))
        #expect(scene.heard().map(\.lines) == [["WATCHDOG=1"]])
      }
    }
  }

  @Test func `says again that the daemon is ready when nobody could hear it`() throws {
    let scene = try Scene()
    scene.fillSocket()
    _ = scene.run("poller")
    #expect(scene.heard().allSatisfy { !$0.isReady })
    scene.tick(after: .seconds(5))
    #expect(scene.heard().filter(\.isReady).count == 1)
    scene.tick(after: .seconds(5))
    #expect(scene.heard().allSatisfy { !$0.isReady })
  }

  @Test func `says all that nobody could hear in its order, and a reload before its end`() throws {
    let scene = try Scene()
    scene.fillSocket()
    _ = scene.registry.register("poller")
    scene.report.isReady()
    scene.report.reloads()
    scene.report.watches(HealthRegistry())
    scene.report.refusesReload("no")
    #expect(scene.heard().allSatisfy { !$0.isReady && !$0.isReloading })
    scene.tick(after: .seconds(5))
    let told = scene.heard().filter { $0.isReady || $0.isReloading }
    #expect(told.map(\.isReloading) == [false, true, false])
    #expect(told.last?.status == "watching | RELOAD REFUSED, the old configuration stays: no")
  }

  @Test func `says the status again that nobody could hear`() throws {
    let scene = try Scene()
    _ = scene.run("poller")
    scene.fillSocket()
    scene.report.shows("watching 5 jobs")
    #expect(!scene.heard().contains { $0.status == "watching 5 jobs" })
    scene.tick(after: .seconds(5))
    #expect(scene.heard().map(\.status) == ["watching 5 jobs"])
  }

  @Test func `is kept to itself where no service manager listens`() throws {
    let report = ServiceReport(nil, time: .system, log: .silent)
    report.begins(.openingDatabase)
    report.isReady()
    report.tick()
    report.stops()
  }
}

/// A report, the service manager that hears it, and a clock that is moved by hand.
private final class Scene: Sendable {
  let report: ServiceReport
  let registry: HealthRegistry
  private let socket: ServiceSocket
  private let clock: ManualClock

  init(isWatched: Bool = true, isTicking: Bool = false, watchdog: String = "30000000") throws {
    let socket = try ServiceSocket("@" + UUID().uuidString)
    let clock = ManualClock()
    var environment = ["NOTIFY_SOCKET": socket.name]
    if isWatched { environment["WATCHDOG_USEC"] = watchdog }
    let manager = try ServiceManager(environment: environment)
    // Ticks by hand only, unless a test wants the timer.
    let time = isTicking ? clock.time : Time(now: { clock.now }, wake: { _, _ in () })
    let report = ServiceReport(manager, time: time, log: .silent)
    registry = HealthRegistry { report.isReady() }
    (self.socket, self.clock, self.report) = (socket, clock, report)
  }

  var uptime: Duration { clock.now.uptime }
  var awake: Duration { clock.now.awake }

  /// What it was told since the last look.
  func heard() -> [ServiceNotice] { socket.pending() }

  /// Until it holds no further datagram.
  func fillSocket() {
    for _ in 0..<2000 { report.begins(.openingDatabase) }
  }

  func sleep(_ time: Duration) { clock.pass(time, asleep: true) }

  func pass(_ time: Duration) { clock.pass(time) }

  func tick(after time: Duration) {
    pass(time)
    report.tick()
  }

  /// A loop that has settled.
  func run(_ name: String) -> LoopHealth {
    let loop = registry.register(name)
    report.watches(registry)
    loop.waits(until: uptime + .hours(9), at: uptime)
    _ = heard()
    return loop
  }
}

extension [ServiceNotice] {
  fileprivate var pair: (ServiceNotice, ServiceNotice)? {
    count == 2 ? (self[0], self[1]) : nil
  }
}
