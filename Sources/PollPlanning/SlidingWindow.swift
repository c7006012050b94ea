import JobWatchCore

/// At most so many calls in any window of this length.
package struct SlidingWindow: Hashable, Sendable {
  package var calls: Int
  package var window: Duration

  package init(calls: Int, window: Duration) {
    self.calls = calls
    self.window = window
  }

  /// The share of a named quota that is used, and the factor by which its window is stretched: the cloud's clock and the
  /// network's delays shift calls over the window's edge.
  private static let share = 0.95
  private static let stretch = 1.05

  package init(_ quota: Quota) {
    calls = max(1, Int(Double(quota.calls) * Self.share))
    window = quota.per.scaled(by: Self.stretch)
  }

  /// Calls of each window that are kept for urgent ones: a fiftieth, and at least one where that leaves most of them.
  package var reserve: Int { calls < 10 ? 0 : max(1, calls / 50) }

  /// How much of a rate the price of a call aims at.
  private static let aim = 0.98

  /// Calls a second in the long run. The aim at 98 % of it leaves the reserve alone: a reserve that is more than a
  /// fiftieth lowers the rate.
  var rate: Double {
    min(Double(calls), Double(calls - reserve) / Self.aim) / window.seconds
  }

  /// Calls that one record of a limiter may allow for: a second's at full rate, which makes about one record a second, or
  /// a sixteenth of the window's, which is what a crash then costs.
  var recordedAhead: Int {
    max(1, calls / 16, min(calls, Int((Double(calls) / window.seconds).rounded(.up))))
  }
}

/// As `[calls, milliseconds]`.
extension SlidingWindow: Codable {
  package init(from decoder: any Decoder) throws {
    var container = try decoder.unkeyedContainer()
    self.init(
      calls: try container.decode(Int.self),
      window: .milliseconds(try container.decode(Int64.self)))
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.unkeyedContainer()
    try container.encode(calls)
    try container.encode(window.milliseconds)
  }
}
