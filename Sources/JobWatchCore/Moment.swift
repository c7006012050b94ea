/// Now, read once from all clocks.
package struct Moment: Hashable, Sendable {
  /// For what is stored and told.
  package var wall: Timestamp
  /// For gaps, back-offs and windows: monotonic, from an arbitrary start. It counts time in suspend: a gap is over
  /// after one.
  package var uptime: Duration
  /// How much of `uptime` the machine was suspended.
  package var slept: Duration

  package init(wall: Timestamp, uptime: Duration, slept: Duration = .zero) {
    (self.wall, self.uptime, self.slept) = (wall, uptime, slept)
  }

  /// The time in which timers ran, which says whether a loop is late.
  package var awake: Duration { uptime - slept }
}

/// A time at which something falls due, as it is stored: by the wall clock, with the time at which it was set.
///
/// Nothing waits longer than it was meant to. Where the time of setting is still to come, the clock was set back since,
/// and the wait begins again.
package struct DueTime: Sendable, Hashable {
  package var at: Timestamp
  package var setAt: Timestamp

  package init(at: Timestamp, setAt: Timestamp) { (self.at, self.setAt) = (at, setAt) }

  package func isAhead(at now: Timestamp) -> Bool { setAt > now }

  /// As it counts at `now`.
  ///
  /// - Parameter step: by how much the clock was set since, where that is known: then the wait goes on.
  package func bounded(at now: Timestamp, after step: Duration = .zero) -> DueTime {
    guard isAhead(at: now) else { return self }
    let moved = DueTime(at: at + step, setAt: setAt + step)
    guard moved.isAhead(at: now) else { return moved }
    return DueTime(at: now + max(at - setAt, .zero), setAt: now)
  }
}

/// Notices that the wall clock was set, by what it gains or loses against the uptime. Loops ask at each turn, at least
/// twice a minute.
package struct ClockWatch: Sendable {
  private var epoch: Timestamp?

  /// Less is drift, or the time between reading two clocks.
  private static let tolerance = Duration.seconds(1)

  package init() {}

  /// By how much it was set since the last call, back if negative; nil: it was not.
  package mutating func step(at now: Moment) -> Duration? {
    // The wall time at an uptime of zero.
    let epoch = now.wall - now.uptime
    defer { self.epoch = epoch }
    guard let known = self.epoch else { return nil }
    let step = epoch - known
    return step > Self.tolerance || step < .zero - Self.tolerance ? step : nil
  }
}
