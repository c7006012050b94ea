import JobWatchCore
import Synchronization
import Testing

@testable import JobWatchDaemon

@Suite struct `A pulse` {
  private static let now = Duration.hours(1)
  private let pulse = LoopHealth("loop")

  @Test func `is stalled by a turn that does not end, unless it says that it comes along`() {
    #expect(!pulse.isStalled(at: .hours(9)))
    pulse.turns(at: Self.now)
    #expect(!pulse.isStalled(at: Self.now + .seconds(60)))
    #expect(pulse.isStalled(at: Self.now + .seconds(61)))
    pulse.turns(at: Self.now + .seconds(50))
    #expect(!pulse.isStalled(at: Self.now + .seconds(110)))
    #expect(pulse.isStalled(at: Self.now + .seconds(111)))
  }

  @Test func `is stalled by a wait that does not end`() {
    pulse.waits(until: Self.now + .minutes(2), at: Self.now)
    #expect(!pulse.isStalled(at: Self.now + .seconds(150)))
    #expect(pulse.isStalled(at: Self.now + .seconds(151)))
    pulse.failed("no", retriesAt: Self.now + .minutes(3), at: Self.now)
    #expect(!pulse.isStalled(at: Self.now + .seconds(210)))
    #expect(pulse.isStalled(at: Self.now + .seconds(211)))
    // What is due already is not overdue for that.
    pulse.waits(until: .zero, at: Self.now)
    #expect(!pulse.isStalled(at: Self.now + .seconds(30)))
    pulse.ends()
    #expect(!pulse.isStalled(at: .hours(9)))
  }

  @Test func `is stalled by one call of many that does not end`() {
    pulse.waits(until: .hours(9), at: Self.now)
    let calls = (0..<3).map { pulse.callBegan(limit: .minutes($0 + 1), at: Self.now) }
    #expect(Set(calls).count == 3)
    pulse.callEnded(calls[0])
    #expect(!pulse.isStalled(at: Self.now + .minutes(2)))
    #expect(pulse.isStalled(at: Self.now + .minutes(2) + .seconds(1)))
    pulse.callEnded(calls[1])
    pulse.callEnded(calls[1])
    #expect(!pulse.isStalled(at: Self.now + .minutes(3)))
    #expect(pulse.isStalled(at: Self.now + .minutes(4)))
    pulse.ends()
    #expect(!pulse.isStalled(at: Self.now + .minutes(4)))
  }

  @Test func `tells since when it fails, and for what reason now`() {
    #expect(pulse.failure == nil)
    pulse.failed("one", retriesAt: Self.now, at: Self.now)
    pulse.turns(at: Self.now + .seconds(1))
    pulse.failed("two", retriesAt: Self.now + .seconds(9), at: Self.now + .seconds(2))
    #expect(pulse.failure == LoopHealth.Failure(since: Self.now, reason: "two"))
    // The turns say nothing of what hinders the work beside them.
    pulse.isHindered(by: "three", at: Self.now + .seconds(3))
    pulse.waits(until: Self.now + .seconds(9), at: Self.now + .seconds(3))
    pulse.isHindered(by: "four", at: Self.now + .seconds(4))
    #expect(pulse.failure == LoopHealth.Failure(since: Self.now + .seconds(3), reason: "four"))
    pulse.isHindered(by: nil, at: Self.now + .seconds(5))
    #expect(pulse.failure == nil)
    pulse.failed("five", retriesAt: Self.now, at: Self.now + .seconds(6))
    #expect(pulse.failure?.since == Self.now + .seconds(6))
  }
}

@Suite struct `The vitals` {
  private static let now = Duration.hours(1)

  @Test func `settle once, when the last loop has done what was due or could not`() {
    let settlings = Atomic(0)
    let vitals = HealthRegistry { settlings.add(1, ordering: .relaxed) }
    let (busy, broken) = (vitals.pulse("busy"), vitals.pulse("broken"))
    for _ in 1...2 { broken.failed("no", retriesAt: Self.now, at: Self.now) }
    #expect(vitals.unsettled == ["busy"])
    // More is due at once.
    busy.waits(until: Self.now, at: Self.now)
    #expect(settlings.load(ordering: .relaxed) == 0 && !vitals.hasSettled)
    for _ in 1...3 { busy.waits(until: Self.now + .seconds(1), at: Self.now) }
    broken.waits(until: Self.now + .seconds(1), at: Self.now)
    #expect(settlings.load(ordering: .relaxed) == 1 && vitals.hasSettled)
    #expect(vitals.unsettled.isEmpty)
  }

  @Test func `name the loops that stall, and those that fail`() {
    let vitals = HealthRegistry()
    let pulses = ["a", "b", "c"].map(vitals.pulse)
    for pulse in pulses { pulse.waits(until: Self.now + .minutes(5), at: Self.now) }
    pulses[0].turns(at: Self.now)
    pulses[2].failed("no", retriesAt: Self.now, at: Self.now)
    #expect(vitals.stalled(at: Self.now + .seconds(30)).isEmpty)
    #expect(vitals.stalled(at: Self.now + .minutes(2)) == ["a", "c"])
    #expect(vitals.failing.map(\.loop) == ["c"])
    #expect(vitals.failing.map(\.failure.reason) == ["no"])
  }
}
