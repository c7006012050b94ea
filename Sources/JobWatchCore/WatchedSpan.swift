/// The ages between which a job is watched.
package struct WatchedSpan: Hashable, Sendable {
  /// Zero, unless the job is known only because it still ran at this age: then those of its type that had ended
  /// before are not known, and it says nothing about the ages before this one.
  package var from: Double
  /// The age at which it was last seen running; zero: never yet.
  package var known: Double

  package init(from: Double = 0, known: Double = 0) {
    self.from = from
    self.known = max(from, known)
  }
}
