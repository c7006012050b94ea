import JobWatchCore
import Logging
import Synchronization

/// The one shape of everything that repeats: do what is due now, say when to be woken.
package protocol Worker: Sendable {
  var name: String { get }

  /// Does what is due and returns the uptime at which more will be; nil: nothing is known to come.
  ///
  /// When it throws, the loop logs it and tries again; a `LastingFault` ends the daemon.
  func work(at now: Moment) async throws -> Duration?

  /// Ends what `work` has started and left running.
  func finish() async
}

extension Worker {
  package func finish() async {}
}

/// Tells loops to end: raised once, from any thread.
final class StopSignal: Sendable {
  private struct State {
    var isRaised = false
    var alarms: [Alarm] = []
  }

  private let state = Mutex(State())

  var isRaised: Bool { state.withLock(\.isRaised) }

  /// Rings `alarm` when raised, at once if it is already.
  func ring(_ alarm: Alarm) {
    state.withLock { $0.alarms.append(alarm) }
    if isRaised { alarm.ring() }
  }

  func raise() {
    let alarms = state.withLock { state in
      state.isRaised = true
      return state.alarms
    }
    for alarm in alarms { alarm.ring() }
  }
}

/// Runs one worker until it is told to stop.
struct WorkerLoop: Sendable {
  var worker: any Worker
  var alarm: Alarm
  var health: LoopHealth
  var log: Logger
  /// After failures in a row, the last one for all further.
  var retryWaits: [Duration] = [
    .seconds(1), .seconds(2), .seconds(5), .seconds(10), .seconds(30),
  ]

  /// Returns the `LastingFault` of the worker, if one ended it.
  func run(until stop: StopSignal) async -> (any LastingFault)? {
    // News does not ring it: a loop that fails on a full disk must not try at each event.
    let pause = Alarm(alarm.time, longestWait: alarm.longestWait)
    for alarm in [alarm, pause] { stop.ring(alarm) }
    let fault = await turn(until: stop, pause)
    await worker.finish()
    health.ends()
    return fault
  }

  private func turn(until stop: StopSignal, _ pause: Alarm) async -> (any LastingFault)? {
    var failures = 0
    while !stop.isRaised {
      let now = alarm.time.now()
      health.turns(at: now.awake)
      do {
        let next = try await worker.work(at: now)
        let done = alarm.time.now()
        let wait = min(next.map { $0 - done.uptime } ?? alarm.longestWait, alarm.longestWait)
        health.waits(until: done.awake + wait, at: done.awake)
        if failures > 0 {
          log.notice("a loop works again", metadata: .message(.loopRecovered, ["loop": "\(worker.name)"]))
        }
        failures = 0
        if !stop.isRaised { await alarm.wait(wait) }
      } catch let fault as any LastingFault {
        return fault
      } catch {
        let wait = retryWaits[min(failures, retryWaits.count - 1)]
        failures += 1
        let awake = alarm.time.now().awake
        health.failed("\(error)", retriesAt: awake + wait, at: awake)
        log.error(
          "a loop could not do its work and will try again",
          metadata: .message(
            .loopFailed,
            ["loop": "\(worker.name)", "error": "\(error)", "again_in": "\(wait.spoken)"]))
        if !stop.isRaised { await pause.wait(wait) }
      }
    }
    return nil
  }
}
