/// How long a worker waits when nothing wakes it before. One value, handed in: a simulation stretches it.
package struct Intervals: Sendable, Hashable {
  /// Between two scans of the spool, whose files are announced meanwhile.
  package var scan = Duration.seconds(10)
  /// Between two scans of a spool that cannot be watched.
  package var unwatchedScan = Duration.seconds(1)

  package init() {}
}
