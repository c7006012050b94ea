/// A time at which something falls due, as it is stored: by the wall clock, with the time at which it was set.
///
/// The wall clock may be wrong and be set right. Were the time alone stored, what was set while the clock was ahead would wait
/// until the right clock has come to where the wrong one was. So both are: where the time of setting is still to come, the
/// clock was set back since, and the whole wait begins anew. Nothing waits longer from now than it was meant to wait at all.
package struct DueTime: Sendable, Hashable {
  package var at: Timestamp
  package var setAt: Timestamp

  package init(at: Timestamp, setAt: Timestamp) {
    self.at = at
    self.setAt = setAt
  }

  /// Set by a clock that was ahead of what it is now.
  package func isAhead(at now: Timestamp) -> Bool { setAt > now }

  /// As it counts at `now`.
  ///
  /// - Parameter step: by how much the clock was set since, where that is known: then nothing begins anew.
  package func bounded(at now: Timestamp, after step: Duration = .zero) -> DueTime {
    guard isAhead(at: now) else { return self }
    let moved = DueTime(at: at + step, setAt: setAt + step)
    guard moved.isAhead(at: now) else { return moved }
    return DueTime(at: now + max(at - setAt, .zero), setAt: now)
  }
}

/// Notices that the wall clock was set, by what it has gained or lost against the uptime. Loops look at it when they turn,
/// which is twice a minute at least.
package struct ClockWatch: Sendable {
  private var epoch: Timestamp?

  /// Less is drift, and how long it takes to read two clocks.
  private static let tolerance = Duration.seconds(1)

  package init() {}

  /// By how much it was set since the last look, back if negative; nil: it was not.
  package mutating func step(at now: Moment) -> Duration? {
    // The wall time at an uptime of zero.
    let epoch = now.wall - now.uptime
    defer { self.epoch = epoch }
    guard let known = self.epoch else { return nil }
    let step = epoch - known
    return step > Self.tolerance || step < .zero - Self.tolerance ? step : nil
  }
}
