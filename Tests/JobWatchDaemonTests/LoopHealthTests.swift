import JobWatchCore
import Synchronization
import Testing

@testable import JobWatchDaemon

@Suite struct `The health of a loop` {
  private static let now = Duration.hours(1)
  private let health = LoopHealth("loop")

  @Test func `is stalled by a turn that does not end, unless it says that it comes along`() {
    #expect(!health.isStalled(at: .hours(9)))
    health.turns(at: Self.now)
    #expect(!health.isStalled(at: Self.now + .seconds(60)))
    #expect(health.isStalled(at: Self.now + .seconds(61)))
    health.turns(at: Self.now + .seconds(50))
    #expect(!health.isStalled(at: Self.now + .seconds(110)))
    #expect(health.isStalled(at: Self.now + .seconds(111)))
  }

  @Test func `is stalled by a wait that does not end`() {
    health.waits(until: Self.now + .minutes(2), at: Self.now)
    #expect(!health.isStalled(at: Self.now + .seconds(150)))
    #expect(health.isStalled(at: Self.now + .seconds(151)))
    health.failed("no", retriesAt: Self.now + .minutes(3), at: Self.now)
    #expect(!health.isStalled(at: Self.now + .seconds(210)))
    #expect(health.isStalled(at: Self.now + .seconds(211)))
    // What is due already is not overdue for that.
    health.waits(until: .zero, at: Self.now)
    #expect(!health.isStalled(at: Self.now + .seconds(30)))
    health.ends()
    #expect(!health.isStalled(at: .hours(9)))
  }

  @Test func `is stalled by one call of many that does not end`() {
    health.waits(until: .hours(9), at: Self.now)
    let calls = (0..<3).map { health.callBegan(limit: .minutes($0 + 1), at: Self.now) }
    #expect(Set(calls).count == 3)
    health.callEnded(calls[0])
    #expect(!health.isStalled(at: Self.now + .minutes(2)))
    #expect(health.isStalled(at: Self.now + .minutes(2) + .seconds(1)))
    health.callEnded(calls[1])
    health.callEnded(calls[1])
    #expect(!health.isStalled(at: Self.now + .minutes(3)))
    #expect(health.isStalled(at: Self.now + .minutes(4)))
    health.ends()
    #expect(!health.isStalled(at: Self.now + .minutes(4)))
  }

  @Test func `tells since when it fails, and for what reason now`() {
    #expect(health.failure == nil)
    health.failed("one", retriesAt: Self.now, at: Self.now)
    health.turns(at: Self.now + .seconds(1))
    health.failed("two", retriesAt: Self.now + .seconds(9), at: Self.now + .seconds(2))
    #expect(health.failure == LoopHealth.Failure(since: Self.now, reason: "two"))
    health.waits(until: Self.now + .seconds(9), at: Self.now + .seconds(3))
    #expect(health.failure == nil)
    health.failed("three", retriesAt: Self.now, at: Self.now + .seconds(6))
    #expect(health.failure?.since == Self.now + .seconds(6))
  }
}

@Suite struct `The health of all loops` {
  private static let now = Duration.hours(1)

  @Test func `settle once, when the last loop has done what was due or could not`() {
    let settlings = Atomic(0)
    let registry = HealthRegistry { settlings.add(1, ordering: .relaxed) }
    let (busy, broken) = (registry.register("busy"), registry.register("broken"))
    for _ in 1...2 { broken.failed("no", retriesAt: Self.now, at: Self.now) }
    #expect(registry.unsettled == ["busy"])
    // More is due at once.
    busy.waits(until: Self.now, at: Self.now)
    #expect(settlings.load(ordering: .relaxed) == 0 && !registry.hasSettled)
    for _ in 1...3 { busy.waits(until: Self.now + .seconds(1), at: Self.now) }
    broken.waits(until: Self.now + .seconds(1), at: Self.now)
    #expect(settlings.load(ordering: .relaxed) == 1 && registry.hasSettled)
    #expect(registry.unsettled.isEmpty)
  }

  @Test func `name the loops that stall, and those that fail`() {
    let registry = HealthRegistry()
    let loops = ["a", "b", "c"].map(registry.register)
    for health in loops { health.waits(until: Self.now + .minutes(5), at: Self.now) }
    loops[0].turns(at: Self.now)
    loops[2].failed("no", retriesAt: Self.now, at: Self.now)
    #expect(registry.stalled(at: Self.now + .seconds(30)).isEmpty)
    #expect(registry.stalled(at: Self.now + .minutes(2)) == ["a", "c"])
    #expect(registry.failing.map(\.loop) == ["c"])
    #expect(registry.failing.map(\.failure.reason) == ["no"])
  }
}
