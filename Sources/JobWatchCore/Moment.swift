/// Now, read once from all clocks.
///
/// Gaps, back-offs and windows count on `uptime`, which never jumps; what is stored and told uses `wall`; whether a
/// loop is late is told by `awake`.
package struct Moment: Hashable, Sendable {
  package var wall: Timestamp
  /// Monotonic, from an arbitrary start; it counts time in suspend too, so that a gap is over after one.
  package var uptime: Duration
  /// How much of `uptime` the machine was suspended.
  package var slept: Duration

  package init(wall: Timestamp, uptime: Duration, slept: Duration = .zero) {
    self.wall = wall
    self.uptime = uptime
    self.slept = slept
  }

  /// The time in which timers ran.
  package var awake: Duration { uptime - slept }
}
