import JobWatchCore
import Synchronization
import TestSupport
import Testing

@testable import JobWatchDaemon

@Suite struct `A loop` {
  private struct Trouble: Error {}
  private struct LastTrouble: LastingFault {}

  @Test(.timeLimit(.minutes(10)))
  func `ends while it waits, and its worker finishes once`() async throws {
    let scene = LoopScene { _ in ManualClock().now.uptime + .seconds(10) }
    let run = scene.start()
    await scene.worker.turned(1)
    scene.alarm.ring()
    await scene.worker.turned(2)
    // It is no longer given the time of a turn.
    while !scene.health.isStalled(at: scene.clock.now.uptime + .seconds(50)) { await Task.yield() }
    scene.stop.raise()
    #expect(await run.value == nil)
    #expect(await scene.worker.turns == 2)
    #expect(await scene.worker.finishes == 1)
  }

  @Test(.timeLimit(.minutes(10)))
  func `that does not come back from its work stalls, and ends when it does`() async throws {
    let gate = Alarm()
    let scene = LoopScene { _ in
      await gate.wait(.seconds(30))
      return nil
    }
    let run = scene.start()
    await scene.worker.turned(1)
    #expect(!scene.health.isStalled(at: scene.clock.now.uptime + LoopHealth.turnLimit))
    scene.clock.pass(LoopHealth.turnLimit + .seconds(1))
    #expect(scene.health.isStalled(at: scene.clock.now.uptime))
    scene.stop.raise()
    #expect(await scene.worker.finishes == 0)
    gate.ring()
    #expect(await run.value == nil)
    #expect(await scene.worker.turns == 1)
    #expect(await scene.worker.finishes == 1)
    #expect(!scene.health.isStalled(at: .hours(99)))
  }

  @Test(.timeLimit(.minutes(10)))
  func `whose worker fails tries again by and by, whatever rings, until it does its work`() async throws {
    let scene = LoopScene { turn in
      if turn <= 1 { throw Trouble() }
      return nil
    }
    let run = scene.start()
    await scene.worker.turned(1)
    while scene.health.failure == nil { await Task.yield() }
    #expect(scene.health.failure?.reason == "Trouble()")
    #expect(scene.health.hasSettled)
    #expect(!scene.health.isStalled(at: scene.clock.now.uptime))
    await scene.clock.timerIsSet()
    // News of a full disk are no reason to try the disk.
    for _ in 1...1000 {
      scene.alarm.ring()
      await Task.yield()
    }
    scene.clock.pass(.milliseconds(999))
    await Task.yield()
    #expect(await scene.worker.turns == 1)
    scene.clock.pass(.milliseconds(1))
    await scene.worker.turned(2)
    while scene.health.failure != nil { await Task.yield() }
    scene.stop.raise()
    #expect(await run.value == nil)
  }

  @Test(.timeLimit(.minutes(10)))
  func `ends at once while it pauses after a failure`() async throws {
    let scene = LoopScene { _ in throw Trouble() }
    let run = scene.start(retryWaits: [.zero, .seconds(3600)])
    await scene.worker.turned(2)
    while scene.health.failure == nil { await Task.yield() }
    scene.stop.raise()
    #expect(await run.value == nil)
    #expect(await scene.worker.turns == 2)
    #expect(await scene.worker.finishes == 1)
  }

  @Test(.timeLimit(.minutes(10)))
  func `ends with what only a person can put right, after its worker has finished`() async throws {
    let scene = LoopScene { _ in throw LastTrouble() }
    #expect(await scene.start().value is LastTrouble)
    #expect(await scene.worker.turns == 1)
    #expect(await scene.worker.finishes == 1)
    #expect(!scene.health.isStalled(at: .hours(99)))
  }

  @Test(.timeLimit(.minutes(10)))
  func `that is stopped before it begins does no work`() async throws {
    let scene = LoopScene { _ in nil }
    scene.stop.raise()
    #expect(await scene.start().value == nil)
    #expect(await scene.worker.turns == 0)
    #expect(await scene.worker.finishes == 1)
  }
}

/// A worker that does what a test says.
private actor ScriptedWorker: Worker {
  nonisolated let name = "scripted"
  private let script: @Sendable (_ turn: Int) async throws -> Duration?
  private(set) var turns = 0
  private(set) var finishes = 0
  private var waiting: [(turn: Int, CheckedContinuation<Void, Never>)] = []

  init(_ script: @escaping @Sendable (Int) async throws -> Duration?) { self.script = script }

  func work(at now: Moment) async throws -> Duration? {
    turns += 1
    for (turn, continuation) in waiting where turn <= turns { continuation.resume() }
    waiting.removeAll { $0.turn <= turns }
    return try await script(turns)
  }

  func finish() { finishes += 1 }

  /// Returns once the turn of this number has begun.
  func turned(_ turn: Int) async {
    if turns >= turn { return }
    await withCheckedContinuation { waiting.append((turn, $0)) }
  }
}

/// A loop around a scripted worker, by a clock that is moved by hand.
private final class LoopScene: Sendable {
  let worker: ScriptedWorker
  let clock = ManualClock()
  let alarm: Alarm
  let health = LoopHealth("scripted")
  let stop = StopSignal()

  init(_ script: @escaping @Sendable (_ turn: Int) async throws -> Duration?) {
    worker = ScriptedWorker(script)
    alarm = Alarm(clock.time)
  }

  func start(retryWaits: [Duration] = [.seconds(1)]) -> Task<(any LastingFault)?, Never> {
    let loop = WorkerLoop(worker: worker, alarm: alarm, health: health, log: .silent, retryWaits: retryWaits)
    return Task { [stop] in await loop.run(until: stop) }
  }
}
