import Foundation
import JobWatchCore
import JobWatchStore
import Synchronization
import TestSupport
import Testing

@testable import JobWatchDaemon

@Suite struct `The pruner` {
  private static let jobs = 450

  @Test(.timeLimit(.minutes(10)))
  func `does not hold up a start`() async throws {
    try await withScene { scene in
      let (alarm, stop) = (Alarm(), StopSignal())
      let registry = HealthRegistry { alarm.ring() }
      let loop = WorkerLoop(
        worker: scene.pruner, alarm: Alarm(scene.clock.time), health: registry.register("pruner"), log: .silent)
      let run = Task { await loop.run(until: stop) }
      while !registry.hasSettled { await alarm.wait(.seconds(30)) }
      let left = try await scene.left()
      #expect(left == Self.jobs)
      stop.raise()
      #expect(await run.value == nil)
    }
  }

  @Test func `rests after each turn for as long as the turn took`() async throws {
    try await withScene { scene in
      scene.clock.pass(try await scene.turn())
      for _ in 0..<2 {
        #expect(try await scene.turn(.seconds(3)) == .seconds(3))
        let left = try await scene.left()
        scene.clock.pass(.seconds(2))
        #expect(try await scene.turn() == .seconds(1), "it is woken too early")
        #expect(try await scene.left() == left)
        scene.clock.pass(.seconds(1))
      }
      let left = try await scene.left()
      #expect(left > 0 && left < Self.jobs)
    }
  }

  @Test func `takes all that is old in one pass, and looks again after an hour`() async throws {
    try await withScene { scene in
      try await scene.pass()
      #expect(try await scene.left() == 0)
      try await scene.fill(5)
      // A loop wakes twice a minute.
      for _ in 1..<120 {
        scene.clock.pass(.seconds(30))
        _ = try await scene.turn()
      }
      #expect(try await scene.left() == 5)
      scene.clock.pass(.seconds(30))
      try await scene.pass()
      #expect(try await scene.left() == 0)
    }
  }

  @Test func `deletes nothing by a clock that has leapt until it has stood for an hour`()
    async throws
  {
    try await withStore { store in
      let scene = Scene(store)
      try await scene.fill(5, age: .days(2))
      try await scene.pass()
      scene.clock.set(by: .days(400))
      #expect(try await scene.turn() == .hours(1))
      scene.clock.pass(.minutes(59))
      #expect(try await scene.turn() == .minutes(1))
      #expect(try await scene.left() == 5)
      // Set right in time: nothing was lost.
      scene.clock.set(by: .days(-400))
      scene.clock.pass(.minutes(1))
      try await scene.pass()
      #expect(try await scene.left() == 5)
    }
  }

  @Test(
    "waits an hour after a start that was long after the last event", arguments: [0, 23, 25, 9600])
  func absence(_ hours: Int) async throws {
    try await withStore { store in
      let scene = Scene(store)
      let now = scene.clock.now.wall
      try await store.write { transaction in
        for (kind, time) in [
          (EventKind.daemonStopped, now - .hours(hours)), (.daemonStarted, now), (.jobRunning, now),
        ] {
          try transaction.append(
            EventDraft(kind, at: time, EventData(summary: "s")), of: nil, to: [])
        }
      }
      #expect(try await scene.turn() == (hours < 24 ? .minutes(1) : .hours(1)))
    }
  }

  /// With a database that has many old jobs.
  private func withScene(_ body: (Scene) async throws -> Void) async throws {
    try await withStore { store in
      let scene = Scene(store)
      try await scene.fill(Self.jobs)
      try await body(scene)
    }
  }
}

/// A pruner that is turned by hand.
private final class Scene: Sendable {
  let clock: ManualClock
  let pruner: Pruner
  private let store: Store
  private let length: TurnLength

  /// By which the clock passes until the pruner reads it, at the end of its turn.
  private final class TurnLength: Sendable {
    let value = Mutex(Duration.zero)
  }

  init(_ store: Store) {
    let (clock, length) = (ManualClock(), TurnLength())
    self.store = store
    self.clock = clock
    self.length = length
    var time = clock.time
    time.now = {
      clock.pass(length.value.withLock(\.self))
      return clock.now
    }
    pruner = Pruner(keep: .days(90), DaemonContext(store, time))
  }

  /// One turn, which takes so long when there is something to do; returns for how long it then rests.
  func turn(_ length: Duration = .zero) async throws -> Duration {
    self.length.value.withLock { $0 = length }
    let next = try #require(try await pruner.work(at: clock.now))
    return next - clock.now.uptime
  }

  /// As many turns as it takes until the next one is hours away.
  func pass() async throws {
    while true {
      let rest = try await turn()
      if rest >= .hours(1) { return }
      clock.pass(rest)
    }
  }

  /// Ends jobs a year ago, or so long ago.
  func fill(_ count: Int, age: Duration = .days(365)) async throws {
    let time = clock.now.wall - age
    try await store.write { transaction in
      for _ in 0..<count {
        let key = JobKey(account: "prod", service: "ecs", jobID: UUID().uuidString)
        let job = Job(key: key, projectID: "p", region: "r", submittedAt: time, registeredAt: time)
        guard var old = try transaction.jobs.insert(job, dueAt: time, noticeAt: nil) else { continue }
        (old.state, old.endedAt) = (.lost, time)
        try transaction.jobs.save(old, bodyHash: nil, dueAt: nil, noticeAt: nil)
        let event = EventDraft(.jobLost, at: time, EventData(summary: "s"))
        try transaction.append(event, of: old.id, to: [])
      }
      try transaction.setLogCursor("/l", seq: .max, inode: 1)
    }
  }

  /// Jobs that are still there, by their events: those go first.
  func left() async throws -> Int {
    try await store.read { try $0.events.all(after: 0, limit: .max).count }
  }
}
