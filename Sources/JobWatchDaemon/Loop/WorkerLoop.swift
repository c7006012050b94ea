import JobWatchCore
import Logging

/// Runs one worker until it is told to stop.
struct WorkerLoop: Sendable {
  var worker: any Worker
  var alarm: Alarm
  var pulse: LoopHealth
  var clock: Clock
  var log: Logger
  /// The waits after failures in a row, the last one for all further: a full disk is looked at again soon, but not in
  /// a hot loop.
  var retryWaits: [Duration] = [
    .seconds(1), .seconds(2), .seconds(5), .seconds(10), .seconds(30),
  ]

  /// Throws a `LastingFault` of the worker.
  func run(until stop: StopSignal) async throws {
    // Not rung by news: a hint must not turn a full disk into a hot loop.
    let pause = Alarm()
    for alarm in [alarm, pause] { stop.ring(alarm) }
    let outcome: Result<Void, any Error>
    do {
      try await turn(until: stop, pause)
      outcome = .success(())
    } catch {
      outcome = .failure(error)
    }
    await worker.finish()
    pulse.ends()
    try outcome.get()
  }

  private func turn(until stop: StopSignal, _ pause: Alarm) async throws {
    var failures = 0
    while !stop.isRaised {
      let now = clock()
      pulse.turns(at: now.awake)
      do {
        let next = try await worker.work(at: now)
        let done = clock()
        let wait = next.map { $0 - done.uptime } ?? Alarm.longestWait
        pulse.waits(until: done.awake + min(wait, Alarm.longestWait), at: done.awake)
        if failures > 0 {
          log.notice(
            "a loop works again", metadata: .message(.loopRecovered, ["loop": "\(worker.name)"]))
        }
        failures = 0
        if !stop.isRaised { await alarm.wait(wait) }
      } catch let error as any LastingFault {
        throw error
      } catch {
        let wait = retryWaits[min(failures, retryWaits.count - 1)]
        failures += 1
        let awake = clock().awake
        pulse.failed("\(error)", retriesAt: awake + wait, at: awake)
        log.error(
          "a loop could not do its work and will try again",
          metadata: .message(
            .loopFailed,
            ["loop": "\(worker.name)", "error": "\(error)", "again_in": "\(wait.spoken)"]))
        if !stop.isRaised { await pause.wait(wait) }
      }
    }
  }
}
