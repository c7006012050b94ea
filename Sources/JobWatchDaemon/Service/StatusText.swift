/// What `systemctl status` shows of a daemon that runs, in one line: what is wrong with it, how things stand, and what
/// became of the last reload.
struct StatusText {
  /// All that the line can say, in its order; jobwatch(8) explains each.
  enum Part: CaseIterable { case stalled, degraded, standing, refusal }

  /// Loops that do not come back.
  var stalled: [String] = []
  var failing: [(loop: String, failure: LoopHealth.Failure)] = []
  /// Empty: not looked at yet.
  var standing = ""
  /// Of the last reload, if it was refused.
  var refusal: String?

  var line: String { Part.allCases.compactMap(text).joined(separator: " | ") }

  /// Nil: that is in order.
  func text(_ part: Part) -> String? {
    switch part {
    case .stalled: stalled.isEmpty ? nil : "STALLED: \(stalled.joined(separator: ", "))"
    case .degraded: failing.isEmpty ? nil : "DEGRADED, \(troubles)"
    case .standing: standing.isEmpty ? "watching" : standing
    case .refusal: refusal.map { "RELOAD REFUSED, the old configuration stays: \($0)" }
    }
  }

  /// A full disk is one trouble, however many loops it is in the way of.
  private var troubles: String {
    Dictionary(grouping: failing, by: \.failure.reason)
      .map { reason, loops in "\(loops.map(\.loop).joined(separator: ", ")): \(reason)" }
      .sorted().joined(separator: "; ")
  }
}
