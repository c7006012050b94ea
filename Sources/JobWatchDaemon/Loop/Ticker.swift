import Dispatch
import JobWatchCore

/// Calls at even intervals, from a thread of Dispatch's that no task holds up: what watches the loops must not
/// wait in line with them.
final class Ticker: Sendable {
  private let timer: Timer

  /// - Parameter tick: must not block. Called first after one interval, until the ticker is let go.
  init(every interval: Duration, tick: @escaping @Sendable () -> Void) {
    timer = Timer()
    let gap = DispatchTimeInterval.milliseconds(Int(max(interval.milliseconds, 1)))
    timer.source.schedule(deadline: .now() + gap, repeating: gap, leeway: .milliseconds(50))
    timer.source.setEventHandler(handler: tick)
    timer.source.activate()
  }

  deinit { timer.source.cancel() }

  /// Dispatch's sources are documented as safe to use from any thread, but not marked so.
  private final class Timer: @unchecked Sendable {
    let source = DispatchSource.makeTimerSource(queue: .global())
  }
}
