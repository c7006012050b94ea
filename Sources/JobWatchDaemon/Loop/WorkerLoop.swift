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
    await withGracefulShutdownHandler {
      await turn(until: stop)
    } onGracefulShutdown: {
      stop.raise()
      alarm.ring()
    }
    await worker.finish()
  }

  private func turn(until stop: StopFlag) async {
    var failures = 0
    while !stop.isRaised {
      let wait: Duration
      do {
        let next = try await worker.work(at: clock())
        if failures > 0 { log.notice("a loop works again", metadata: ["loop": "\(worker.name)"]) }
        failures = 0
        wait = next.map { $0 - clock().uptime } ?? Alarm.longestWait
      } catch {
        wait = Self.retryWaits[min(failures, Self.retryWaits.count - 1)]
        failures += 1
        log.error(
          "a loop could not do its work and will try again",
          metadata: [
            "loop": "\(worker.name)", "error": "\(error)", "again_in": "\(wait.spoken)",
          ])
      }
      if !stop.isRaised { await alarm.wait(wait) }
    }
  }
}
