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

  @Test func `says that the daemon is ready once all loops have settled, and how it stands`() throws
  {
    let scene = try Scene()
    let pulses = ["poller", "intake"].map(scene.vitals.pulse)
    scene.report.watches(scene.vitals)
    scene.report.stands("watching 5 jobs")
    pulses[0].waits(until: scene.uptime + .hours(9), at: scene.uptime)
    // A turn after which more is due at once is not the last of the start.
    pulses[1].waits(until: scene.uptime, at: scene.uptime)
    #expect(!scene.heard().contains { $0.isReady || $0.status != nil })
    pulses[1].waits(until: scene.uptime + .hours(9), at: scene.uptime)
    #expect(scene.heard().map(\.lines) == [["READY=1", "STATUS=watching 5 jobs"]])
    scene.report.stands("watching 5 jobs")
    #expect(scene.heard().isEmpty)
    scene.report.stands("watching 6 jobs")
    #expect(scene.heard().map(\.lines) == [["STATUS=watching 6 jobs"]])
    scene.tick(after: .seconds(5))
    #expect(scene.heard().map(\.lines) == [["WATCHDOG=1"]])
  }

  @Test func `feeds the watchdog only while no loop and no call is overdue`() throws {
    let scene = try Scene()
    let pulse = scene.run("poller")
    let calling = scene.run("relay")
    pulse.turns(at: scene.uptime)
    scene.tick(after: LoopHealth.turnLimit)
    #expect(scene.heard().map(\.isWatchdog) == [true])
    scene.tick(after: .seconds(1))
    scene.tick(after: .seconds(5))
    #expect(scene.heard().map(\.lines) == [["STATUS=STALLED: poller | watching"]])
    pulse.waits(until: scene.uptime + .hours(9), at: scene.uptime)
    scene.tick(after: .seconds(5))
    #expect(scene.heard().map(\.lines) == [["WATCHDOG=1"], ["STATUS=watching"]])
    let call = calling.callBegan(limit: .minutes(1), at: scene.uptime)
    scene.tick(after: .seconds(61))
    #expect(scene.heard().map(\.status) == ["STALLED: relay | watching"])
    calling.callEnded(call)
    scene.tick(after: .zero)
    #expect(scene.heard().first?.isWatchdog == true)
  }

  @Test func `feeds the watchdog while loops turn and fail, and says once for what reason`() throws
  {
    let scene = try Scene()
    let pulses = ["poller", "pruner", "relay a"].map(scene.run)
    scene.report.stands("watching 5 jobs")
    _ = scene.heard()
    for pulse in pulses.prefix(2) {
      pulse.failed("the disk is full", retriesAt: scene.uptime + .hours(9), at: scene.uptime)
    }
    pulses[2].isHindered(by: "no journal", at: scene.uptime)
    scene.tick(after: .seconds(5))
    let degraded = "DEGRADED, poller, pruner: the disk is full; relay a: no journal"
    #expect(
      scene.heard().map(\.lines) == [["WATCHDOG=1"], ["STATUS=\(degraded) | watching 5 jobs"]])
    for pulse in pulses { pulse.waits(until: scene.uptime + .hours(9), at: scene.uptime) }
    pulses[2].isHindered(by: nil, at: scene.uptime)
    scene.tick(after: .seconds(5))
    #expect(scene.heard().map(\.lines) == [["WATCHDOG=1"], ["STATUS=watching 5 jobs"]])
  }

  @Test func `says why a reload was refused until another is not`() throws {
    let scene = try Scene()
    _ = scene.run("poller")
    scene.report.stands("watching 5 jobs")
    _ = scene.heard()
    scene.report.reloads()
    scene.report.stands("watching 6 jobs")
    scene.report.refusesReload("jobwatch.yaml:3: no such key")
    let (reloading, ready) = try #require(scene.heard().pair)
    #expect(reloading.isReloading)
    #expect(reloading["MONOTONIC_USEC"].flatMap(Int.init) ?? 0 > 0)
    let refused =
      "watching 6 jobs | RELOAD REFUSED, the old configuration stays: jobwatch.yaml:3: no such key"
    #expect(ready.lines == ["READY=1", "STATUS=\(refused)"])
    scene.tick(after: .hours(1))
    #expect(scene.heard().map(\.lines) == [["WATCHDOG=1"]])
    scene.report.reloads()
    scene.report.acceptsReload()
    scene.report.isReady()
    #expect(scene.heard().last?.lines == ["READY=1", "STATUS=watching 6 jobs"])
  }

  @Test func `is not taken for ready by a refused reload while loops have yet to settle`() throws {
    let scene = try Scene()
    let pulse = scene.vitals.pulse("poller")
    scene.report.watches(scene.vitals)
    for isAccepted in [false, true] {
      _ = scene.heard()
      if isAccepted {
        scene.report.reloads()
        scene.report.acceptsReload()
      }
      scene.report.reloads()
      scene.report.refusesReload("no")
      #expect(!scene.heard().contains { $0.isReady })
      if isAccepted {
        scene.report.isReady()
      } else {
        pulse.waits(until: scene.uptime + .hours(1), at: scene.uptime)
      }
      #expect(scene.heard().map(\.isReady) == [true])
    }
  }

  @Test func `says nothing more once the daemon stops`() throws {
    let scene = try Scene()
    let pulse = scene.vitals.pulse("poller")
    scene.report.watches(scene.vitals)
    _ = scene.heard()
    scene.report.stops()
    #expect(scene.heard().map(\.isStopping) == [true])
    pulse.waits(until: scene.uptime + .hours(1), at: scene.uptime)
    scene.report.reloads()
    scene.report.refusesReload("no")
    scene.report.stands("watching 5 jobs")
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
    let pulse = scene.run("poller")
    pulse.waits(until: scene.uptime + .seconds(30), at: scene.uptime)
    _ = scene.heard()
    scene.sleep(.hours(1))
    // It turns once more before anybody looks, for which it gets no hour as a gift.
    pulse.waits(until: scene.awake + .seconds(30), at: scene.awake)
    scene.tick(after: .seconds(5))
    #expect(scene.heard().map(\.lines) == [["WATCHDOG=1"]])
    // Awake it has as long as ever, and no longer.
    scene.tick(after: .seconds(54))
    #expect(scene.heard().map(\.lines) == [["WATCHDOG=1"]])
    scene.tick(after: .seconds(2))
    #expect(scene.heard().allSatisfy { !$0.isWatchdog })
  }

  @Test func `says again that the daemon is ready when nobody could hear it`() throws {
    let scene = try Scene()
    // As many as the socket holds, and more.
    for _ in 0..<2000 { scene.report.begins(.openingDatabase) }
    _ = scene.run("poller")
    #expect(scene.heard().allSatisfy { !$0.isReady })
    scene.tick(after: .seconds(5))
    #expect(scene.heard().filter(\.isReady).count == 1)
    scene.tick(after: .seconds(5))
    #expect(scene.heard().allSatisfy { !$0.isReady })
  }

  @Test func `is kept to itself where no service manager listens`() throws {
    let report = ServiceReport(nil, clock: SystemClock.now, log: .silent)
    report.begins(.openingDatabase)
    report.isReady()
    report.tick()
    report.stops()
  }
}

/// A report, the service manager that hears it, and a clock that is moved by hand.
private final class Scene: Sendable {
  let report: ServiceReport
  let vitals: HealthRegistry
  private let socket: ServiceSocket
  private let clock: ManualClock

  init(isWatched: Bool = true) throws {
    let socket = try ServiceSocket("@" + UUID().uuidString)
    let clock = ManualClock()
    var environment = ["NOTIFY_SOCKET": socket.name]
    if isWatched { environment["WATCHDOG_USEC"] = "30000000" }
    let manager = try ServiceManager(environment: environment)
    // No tick but by hand.
    let report = ServiceReport(
      manager, every: .hours(1), clock: { clock.now }, log: .silent)
    vitals = HealthRegistry { report.isReady() }
    (self.socket, self.clock, self.report) = (socket, clock, report)
  }

  var uptime: Duration { clock.now.uptime }
  var awake: Duration { clock.now.awake }

  /// What it was told since the last look.
  func heard() -> [ServiceNotice] { socket.pending() }

  func sleep(_ time: Duration) { clock.pass(time, asleep: true) }

  func tick(after time: Duration) {
    clock.pass(time)
    report.tick()
  }

  /// A loop that has settled.
  func run(_ name: String) -> LoopHealth {
    let pulse = vitals.pulse(name)
    report.watches(vitals)
    pulse.waits(until: uptime + .hours(9), at: uptime)
    _ = heard()
    return pulse
  }
}

extension [ServiceNotice] {
  fileprivate var pair: (ServiceNotice, ServiceNotice)? {
    count == 2 ? (self[0], self[1]) : nil
  }
}
