/// When the daemon is killed. Most wait for what the daemon does, so that the kill comes right
/// behind it.
enum KillMoment: CaseIterable, Sendable {
  /// Before it has said that it runs, with files in the spool.
  case starting
  /// Right after files were dropped.
  case dropped
  /// The first of many files has left the spool: all their jobs are committed.
  case fileGone
  /// The status log has grown.
  case logGrew
  /// A message has reached the receiver.
  case delivered
  /// Any time within a second of a drop.
  case anytime
}
