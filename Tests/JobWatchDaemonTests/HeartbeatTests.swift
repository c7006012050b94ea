import CloudAPI
import JobWatchCore
import CloudModel
import SimulatedCloud
import TestSupport
import Testing

@testable import JobWatchDaemon

@Suite struct `A heartbeat` {
  @Test(.timeLimit(.minutes(10)))
  func `is called at its intervals while every loop does its work`() async throws {
    try await Scene.play { scene in
      let next = try await scene.beat(after: .zero)
      #expect(next == scene.uptime + .minutes(5))
      try await scene.beat(after: .minutes(4))
      #expect(scene.beats == 1)
      try await scene.beat(after: .minutes(1))
      #expect(scene.beats == 2)
      #expect(scene.receiver.deliveries.allSatisfy { $0.request.method == "GET" })
    }
  }

  @Test(.timeLimit(.minutes(10)))
  func `is withheld from the time a loop stalls until it turns again`() async throws {
    try await Scene.play { scene in
      try await scene.beat(after: .zero)
      await scene.patient.stall()
      // As long as the turn may be under way for good reasons.
      try await scene.beat(after: LoopHealth.turnLimit)
      #expect(scene.beats == 1)
      try await scene.beat(after: .minutes(5))
      try await scene.beat(after: .minutes(50))
      #expect(scene.registry.stalled(at: scene.uptime) == ["patient"])
      #expect(scene.beats == 1)
      await scene.patient.recover()
      let next = try await scene.beat(after: .seconds(5))
      #expect(scene.beats == 2)
      #expect(next == scene.uptime + .minutes(5))
    }
  }

  @Test(.timeLimit(.minutes(10)))
  func `is withheld while a loop turns and cannot do its work, and when a call does not end`() async throws {
    try await Scene.play { scene in
      scene.health.failed("the disk is full", retriesAt: scene.uptime, at: scene.uptime)
      try await scene.beat(after: .zero)
      #expect(scene.beats == 0)
      scene.health.waits(until: scene.uptime + .hours(2), at: scene.uptime)
      try await scene.beat(after: .seconds(5))
      #expect(scene.beats == 1)
      let call = scene.health.callBegan(limit: .minutes(2), at: scene.uptime)
      try await scene.beat(after: .minutes(6))
      #expect(scene.beats == 1)
      scene.health.callEnded(call)
      try await scene.beat(after: .seconds(5))
      #expect(scene.beats == 2)
    }
  }

  @Test(.timeLimit(.minutes(10)))
  func `is not called before every loop has done what was due at the start`() async throws {
    try await Scene.play { scene in
      let late = scene.registry.register("late")
      try await scene.beat(after: .zero)
      #expect(scene.beats == 0)
      late.waits(until: scene.uptime + .hours(1), at: scene.uptime)
      try await scene.beat(after: .seconds(5))
      #expect(scene.beats == 1)
    }
  }

  @Test(.timeLimit(.minutes(10)))
  func `is called again soon when it was not heard`() async throws {
    try await Scene.play { scene in
      scene.receiver.answer(with: [.status(503)])
      let next = try await scene.beat(after: .zero)
      #expect(next == scene.uptime + .seconds(5))
      try await scene.beat(after: .seconds(5))
      #expect(scene.beats == 2)
    }
  }
}

/// A heartbeat beside two loops: one that is driven by hand, and one that runs and can be held in its work.
private final class Scene: Sendable {
  let receiver: WebhookReceiver
  let registry = HealthRegistry()
  let health: LoopHealth
  let patient: Patient
  private let heartbeat: Heartbeat
  private let clock = ManualClock()

  var uptime: Duration { clock.now.uptime }
  var beats: Int { receiver.deliveries.count }

  private init(_ receiver: WebhookReceiver, _ url: String, _ transport: @escaping HTTPTransport) {
    self.receiver = receiver
    health = registry.register("by hand")
    patient = Patient(Alarm(clock.time))
    heartbeat = Heartbeat(url: Secret(url), every: .minutes(5), loops: registry, transport: transport, log: .silent)
  }

  static func play(_ body: (Scene) async throws -> Void) async throws {
    let receiver = WebhookReceiver { SystemClock.now().wall }
    let url = try await receiver.start() + "/ping"
    let client = HTTPClientTransport()
    // However busy the machine is, the receiver answers in the end.
    let scene = Scene(receiver, url) { (request, _, limit) async throws(HTTPFailure) in
      try await client.send(request, timeout: .seconds(300), bodyLimit: limit)
    }
    let stop = StopSignal()
    let loop = WorkerLoop(
      worker: scene.patient, alarm: scene.patient.alarm, health: scene.registry.register("patient"), log: .silent)
    let run = Task { await loop.run(until: stop) }
    await scene.patient.turnUnlessStalled()
    scene.health.waits(until: scene.uptime + .hours(9), at: scene.uptime)
    let outcome: Result<Void, any Error>
    do {
      outcome = .success(try await body(scene))
    } catch {
      outcome = .failure(error)
    }
    await scene.patient.recover()
    stop.raise()
    #expect(await run.value == nil)
    await client.shutdown()
    await receiver.stop()
    try outcome.get()
  }

  /// The heartbeat's turn after so long, in which the loops that are well have turned.
  @discardableResult
  func beat(after wait: Duration) async throws -> Duration? {
    clock.pass(wait)
    await patient.turnUnlessStalled()
    return try await heartbeat.work(at: clock.now)
  }
}

/// Does nothing, at once or not at all.
private actor Patient: Worker {
  nonisolated let name = "patient"
  nonisolated let alarm: Alarm
  private var isHeld = false
  private var held: CheckedContinuation<Void, Never>?
  private var watchers: [CheckedContinuation<Void, Never>] = []

  init(_ alarm: Alarm) { self.alarm = alarm }

  func work(at now: Moment) async throws -> Duration? {
    if isHeld {
      await withCheckedContinuation { continuation in
        held = continuation
        tellWatchers()
      }
    }
    tellWatchers()
    return nil
  }

  private func tellWatchers() {
    for watcher in watchers { watcher.resume() }
    watchers = []
  }

  private func nextTurn() async {
    await withCheckedContinuation { continuation in
      watchers.append(continuation)
      alarm.ring()
    }
  }

  /// Twice: that a turn begins shows that the loop has noted the end of the one before.
  func turnUnlessStalled() async {
    for _ in 0..<2 where !isHeld { await nextTurn() }
  }

  func stall() async {
    isHeld = true
    await nextTurn()
  }

  func recover() async {
    isHeld = false
    held?.resume()
    held = nil
  }
}
