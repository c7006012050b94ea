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

/// The same numbers for the same seed, so that a failure can be repeated (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
