/// The line that `systemctl status` shows of a running daemon: its faults, its totals, and a refused reload.
struct StatusText {
  /// The parts of the line in their order; jobwatch(8) explains each.
  enum Part: CaseIterable { case stalled, degraded, standing, refusal }

  /// Loops that hang.
  var stalled: [String] = []
  var failing: [(loop: String, failure: LoopHealth.Failure)] = []
  /// Empty: not looked at yet.
  var standing = ""
  /// Why the last reload was refused.
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

  /// One text for each reason, because a full disk stops many loops.
  private var troubles: String {
    Dictionary(grouping: failing, by: \.failure.reason)
      .map { reason, loops in "\(loops.map(\.loop).joined(separator: ", ")): \(reason)" }
      .sorted().joined(separator: "; ")
  }
}
