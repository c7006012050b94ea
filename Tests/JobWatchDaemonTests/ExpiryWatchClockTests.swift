import JobWatchCore
import JobWatchStore
import TestSupport
import Testing

@testable import JobWatchConfiguration
@testable import JobWatchDaemon

@Suite struct `The expiry watch` {
  /// How far the clock is set, and whether a job that was just seen is told to be at risk then.
  @Test(
    "does not take a clock that was set for a long absence",
    arguments: [Duration.hours(22), .hours(23), .days(3), .hours(-22)])
  func leap(_ step: Duration) async throws {
    try await withStore { store in
      let clock = ManualClock()
      let watch = ExpiryWatch(configuration: Configuration(), store: store)
      let job = try await seen(at: clock.now.wall, in: store)
      func pass(_ time: Duration) async throws {
        for _ in 0..<Int(time.seconds / 30) {
          clock.pass(.seconds(30))
          _ = try await watch.work(at: clock.now)
        }
      }
      _ = try await watch.work(at: clock.now)
      try await pass(.minutes(2))
      clock.set(by: step)
      try await pass(.minutes(5))
      // As its next poll does.
      let now = clock.now.wall
      try await store.write { transaction in
        let isSame =
          try transaction.jobs.sight(
            job, bodyHash: 1, knownAge: 60, at: now, dueAt: now, noticeAt: now + .hours(20)) != nil
        if !isSame { throw CancellationError() }
      }
      try await pass(.minutes(30))
      #expect(try await store.read { try $0.events.lastSeq() } == 0)
      // What is not seen any more is told.
      try await pass(.hours(20))
      #expect(try await store.read { try $0.events.find(1)?.kind } == "job.at_risk")
    }
  }

  /// `isReloaded`: before the watch turns again.
  @Test(arguments: [false, true])
  func `lets the polls go first when the machine has slept, and names its sleep`(_ isReloaded: Bool) async throws {
    try await withStore { store in
      let (clock, memory) = (ManualClock(), ClockMemory())
      var watch = ExpiryWatch(configuration: Configuration(), store: store, memory: memory)
      let start = clock.now.wall
      _ = try await seen(at: start, in: store)
      _ = try await watch.work(at: clock.now)
      clock.pass(.hours(21), asleep: true)
      if isReloaded { watch = ExpiryWatch(configuration: Configuration(), store: store, memory: memory) }
      let next = try #require(try await watch.work(at: clock.now))
      #expect(try await store.read { try $0.events.lastSeq() } == 0)
      #expect(next == clock.now.uptime + .seconds(30))
      clock.pass(.seconds(30))
      _ = try await watch.work(at: clock.now)
      let event = try #require(try await store.read { try $0.events.find(1) })
      #expect(event.kind == "job.at_risk")
      #expect(event.data.contains("the machine was suspended (from \(start) to \(start + .hours(21)))"))
    }
  }

  @Test(arguments: [false, true])
  func `names the clock that was set where a job was not polled since`(_ isReloaded: Bool) async throws {
    try await withStore { store in
      let (clock, memory) = (ManualClock(), ClockMemory())
      var watch = ExpiryWatch(configuration: Configuration(), store: store, memory: memory)
      _ = try await seen(at: clock.now.wall, in: store)
      for _ in 0..<2 {
        clock.pass(.seconds(30))
        _ = try await watch.work(at: clock.now)
      }
      let last = clock.now.wall
      clock.set(by: .hours(22))
      if isReloaded { watch = ExpiryWatch(configuration: Configuration(), store: store, memory: memory) }
      _ = try await watch.work(at: clock.now)
      clock.pass(.seconds(30))
      if isReloaded { watch = ExpiryWatch(configuration: Configuration(), store: store, memory: memory) }
      _ = try await watch.work(at: clock.now)
      clock.pass(.minutes(14) + .seconds(29))
      _ = try await watch.work(at: clock.now)
      #expect(try await store.read { try $0.events.lastSeq() } == 0)
      clock.pass(.seconds(1))
      _ = try await watch.work(at: clock.now)
      let event = try #require(try await store.read { try $0.events.find(1) })
      #expect(event.kind == "job.at_risk")
      #expect(event.data.contains("the system's clock was set ahead (from \(last) to \(last + .hours(22)))"))
    }
  }

  private func seen(at now: Timestamp, in store: Store) async throws -> Int64 {
    try await store.write { transaction in
      let key = JobKey(account: "prod", service: "ecs", jobID: "j")
      let new = Job(key: key, projectID: "p", region: "r", submittedAt: now, registeredAt: now)
      guard var job = try transaction.jobs.insert(new, dueAt: now, noticeAt: nil) else { throw CancellationError() }
      job.state = .running
      job.report = JobReport(rawStatus: "RUNNING")
      (job.firstSeenAt, job.lastSeenAt) = (now, now)
      try transaction.jobs.save(job, bodyHash: 1, dueAt: now, noticeAt: now + .hours(20))
      return job.id
    }
  }
}
