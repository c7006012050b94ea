import JobWatchCore
import TestSupport
import Testing

@testable import JobWatchDaemon

@Suite(.timeLimit(.minutes(10))) struct `Calls in flight` {
  private let clock = ManualClock()
  private let health = LoopHealth("a loop")

  private var calls: CallsInFlight { CallsInFlight(health, clock.time) }

  @Test func `are waited for at the end, and count then`() async {
    let (calls, told) = (calls, Told())
    let gates = (1...2).map { number in
      let (waiting, gate) = AsyncStream<Void>.makeStream()
      calls.run {
        for await _ in waiting {}
        told("\(number) \(calls.isAbandoned)")
      }
      return gate
    }
    #expect(!calls.isEmpty && !calls.isFinishing)
    let end = Task { await calls.finish(patience: .minutes(1)) }
    while !calls.isFinishing { await Task.yield() }
    for gate in gates { gate.finish() }
    await end.value
    #expect(calls.isEmpty)
    #expect(told.all.sorted() == ["1 false", "2 false"])
  }

  @Test func `are cancelled when they take too long at the end, and mean nothing then`() async {
    let (calls, told) = (calls, Told())
    calls.run {
      // Ends with the call.
      for await _ in AsyncStream<Void>.makeStream().stream {}
      told("\(calls.isAbandoned)")
    }
    let end = Task { await calls.finish(patience: .seconds(3)) }
    await clock.timerIsSet()
    clock.pass(.seconds(3))
    await end.value
    #expect(told.all == ["true"] && calls.isEmpty)
  }

  @Test func `make their loop stalled beyond their limit, until they end`() async {
    let calls = calls
    let (waiting, gate) = AsyncStream<Void>.makeStream()
    calls.run(limit: .seconds(5)) { for await _ in waiting {} }
    #expect(!health.isStalled(at: clock.now.awake + .seconds(5)))
    #expect(health.isStalled(at: clock.now.awake + .seconds(6)))
    gate.finish()
    await calls.finish()
    #expect(!health.isStalled(at: clock.now.awake + .seconds(6)))
  }
}
