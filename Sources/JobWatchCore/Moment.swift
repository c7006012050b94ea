/// Now, read once from both clocks.
///
/// Gaps, back-offs and windows count on `uptime`, which never jumps; what is stored and told uses `wall`.
package struct Moment: Hashable, Sendable {
  package var wall: Timestamp
  /// Monotonic, from an arbitrary start; it counts time in suspend too, so that a gap is over after one.
  package var uptime: Duration

  package init(wall: Timestamp, uptime: Duration) {
    self.wall = wall
    self.uptime = uptime
  }
}
