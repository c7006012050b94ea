import JobWatchCore
import Synchronization
import TestSupport
import Testing

@testable import JobWatchDaemon

@Suite struct `An alarm` {
  private let clock = ManualClock()

  /// Waits beside the test; `passed` is the time after which the wait has ended.
  private func wait(_ alarm: Alarm, _ wait: Duration) -> Task<Duration, Never> {
    let (clock, start) = (clock, clock.now.uptime)
    return Task {
      await alarm.wait(wait)
      return clock.now.uptime - start
    }
  }

  @Test(
    "wakes after the time, or the longest wait", .timeLimit(.minutes(10)),
    arguments: [
      (Duration.seconds(3), Duration.seconds(3)), (.seconds(30), .seconds(30)),
      (.hours(9), .seconds(30)), (.zero, .zero), (.seconds(-5), .zero),
    ])
  func time(_ asked: Duration, _ waited: Duration) async {
    let waiting = wait(Alarm(clock.time, longestWait: .seconds(30)), asked)
    if waited > .zero {
      await clock.timerIsSet()
      clock.pass(waited - .milliseconds(1))
      clock.pass(.milliseconds(1))
    }
    #expect(await waiting.value == waited)
  }

  @Test(.timeLimit(.minutes(10)))
  func `that is rung while nobody waits ends the next wait at once, and only that one`() async {
    let alarm = Alarm(clock.time)
    for _ in 1...2 { alarm.ring() }
    #expect(await wait(alarm, .seconds(5)).value == .zero)
    let second = wait(alarm, .seconds(5))
    await clock.timerIsSet()
    clock.pass(.seconds(5))
    #expect(await second.value == .seconds(5))
  }

  @Test(.timeLimit(.minutes(10)))
  func `wakes by the system's timer`() async {
    let alarm = Alarm(.system, longestWait: .milliseconds(20))
    let start = ContinuousClock.now
    await alarm.wait(.hours(1))
    #expect(ContinuousClock.now - start >= .milliseconds(19))
  }

  @Test(.timeLimit(.minutes(10)), arguments: [true, false])
  func `drain waits for what ends, and cancels what does not in its time`(_ ends: Bool) async {
    let (gate, open) = AsyncStream.makeStream(of: Void.self)
    let isCancelled = Atomic(false)
    let task = Task {
      for await _ in gate {}
      isCancelled.store(Task.isCancelled, ordering: .relaxed)
    }
    let draining = Task { [clock] in await drain([task], timeout: .seconds(3), by: clock.time) }
    await clock.timerIsSet()
    clock.pass(.milliseconds(2999))
    if ends { open.finish() } else { clock.pass(.milliseconds(1)) }
    await draining.value
    #expect(isCancelled.load(ordering: .relaxed) == !ends)
  }
}
