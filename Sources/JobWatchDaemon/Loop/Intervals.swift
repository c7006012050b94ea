/// How long workers wait when nothing wakes them before. One value, handed in: a simulation stretches it.
package struct Intervals: Sendable, Hashable {
  /// The longest wait of any loop, whatever it expects.
  package var longestWait = Duration.seconds(30)
  /// Between two status lines.
  package var status = Duration.seconds(5)
  /// Between two probes of the database's writer.
  package var writerProbe = Duration.seconds(10)
  /// Between two scans of the spool, whose files are announced meanwhile.
  package var scan = Duration.seconds(10)
  /// Between two scans of a spool that cannot be watched.
  package var unwatchedScan = Duration.seconds(1)

  package init() {}
}
