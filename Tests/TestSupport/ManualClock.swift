import JobWatchCore
import JobWatchDaemon
import Synchronization

/// The machine's clocks and timer, which stand still until a test moves them: `clock: { clock.now }`, or `time`.
package final class ManualClock: Sendable {
  private struct Timer {
    /// By `Moment.awake`.
    var at: Duration
    var ring: @Sendable () -> Void
  }

  private struct State {
    var moment: Moment
    var timers: [Int: Timer] = [:]
    var begun = 0
    var watchers: [CheckedContinuation<Void, Never>] = []
  }

  /// Ends a timer that is let go of.
  private final class Handle: Sendable {
    private let end: @Sendable () -> Void
    init(_ end: @escaping @Sendable () -> Void) { self.end = end }
    deinit { end() }
  }

  private let state: Mutex<State>

  package init(_ wall: Timestamp = Timestamp(milliseconds: 1_795_000_000_000), uptime: Duration = .hours(1)) {
    state = Mutex(State(moment: Moment(wall: wall, uptime: uptime)))
  }

  package var now: Moment { state.withLock(\.moment) }
  package var wall: Timestamp { now.wall }

  /// Its timers ring when the clock is moved to their time.
  package var time: Time { Time(now: { self.now }, wake: wake) }

  /// Rings the timers that are due then, each once.
  package func pass(_ time: Duration, asleep: Bool = false) {
    let due = state.withLock { state in
      let now = state.moment
      state.moment = Moment(
        wall: now.wall + time, uptime: now.uptime + time, slept: now.slept + (asleep ? time : .zero))
      let awake = state.moment.awake
      let due = state.timers.filter { $0.value.at <= awake }
      for number in due.keys { state.timers[number] = nil }
      return due.sorted { ($0.value.at, $0.key) < ($1.value.at, $1.key) }.map(\.value)
    }
    for timer in due { timer.ring() }
  }

  /// Sets the wall clock, and no other.
  package func set(by step: Duration) {
    state.withLock { $0.moment.wall = $0.moment.wall + step }
  }

  /// Returns once a timer is set.
  package func timerIsSet() async {
    await withCheckedContinuation { continuation in
      let isSet = state.withLock { state in
        if state.timers.isEmpty { state.watchers.append(continuation) }
        return !state.timers.isEmpty
      }
      if isSet { continuation.resume() }
    }
  }

  @Sendable private func wake(
    after wait: Duration, ring: @escaping @Sendable () -> Void
  ) -> any Sendable {
    guard wait > .zero else {
      ring()
      return ()
    }
    let (number, watchers) = state.withLock { state in
      state.begun += 1
      state.timers[state.begun] = Timer(at: state.moment.awake + wait, ring: ring)
      defer { state.watchers = [] }
      return (state.begun, state.watchers)
    }
    for watcher in watchers { watcher.resume() }
    return Handle { [self] in
      _ = state.withLock { $0.timers.removeValue(forKey: number) }
    }
  }
}

extension Alarm {
  /// As the daemon makes one.
  package convenience init(_ time: Time = .system) {
    self.init(time, longestWait: Intervals().longestWait)
  }
}
