import JobWatchCore
import Logging
import ServiceLifecycle

/// Runs one worker for as long as the daemon lives.
struct WorkerLoop: Sendable {
  var worker: any Worker
  var alarm: Alarm
  var clock: Clock
  var log: Logger

  /// The waits after a failure in a row: a full disk is looked at again soon, but not in a hot loop.
  private static let retryWaits: [Duration] = [
    .seconds(1), .seconds(2), .seconds(5), .seconds(10), .seconds(30),
  ]

  func run() async {
    let stop = StopFlag()
    // Not rung by news: a hint must not turn a full disk into a hot loop.
    let pause = Alarm()
    await withGracefulShutdownHandler {
      await turn(until: stop, pause)
    } onGracefulShutdown: {
      stop.raise()
      alarm.ring()
      pause.ring()
    }
    await worker.finish()
  }

  private func turn(until stop: StopFlag, _ pause: Alarm) async {
    var failures = 0
    while !stop.isRaised {
      do {
        let next = try await worker.work(at: clock())
        if failures > 0 { log.notice("a loop works again", metadata: ["loop": "\(worker.name)"]) }
        failures = 0
        let wait = next.map { $0 - clock().uptime } ?? Alarm.longestWait
        if !stop.isRaised { await alarm.wait(wait) }
      } catch {
        let wait = Self.retryWaits[min(failures, Self.retryWaits.count - 1)]
        failures += 1
        log.error(
          "a loop could not do its work and will try again",
          metadata: [
            "loop": "\(worker.name)", "error": "\(error)", "again_in": "\(wait.spoken)",
          ])
        if !stop.isRaised { await pause.wait(wait) }
      }
    }
  }
}
