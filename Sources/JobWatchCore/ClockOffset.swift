/// The cloud's clock minus ours: the median of its last answers' `Date` headers, so that one odd answer, or a
/// slow one, does not move it.
package struct ClockOffset: Sendable, Hashable {
  private var samples: [Int64] = []
  private static let kept = 9

  package init() {}

  package mutating func note(_ serverDate: Timestamp, at now: Timestamp) {
    samples.append((serverDate - now).milliseconds)
    if samples.count > Self.kept { samples.removeFirst() }
  }

  /// A signature was refused for its date: what was learned is wrong, the cloud's own word replaces it.
  package mutating func replace(_ serverTime: Timestamp, at now: Timestamp) {
    samples = [(serverTime - now).milliseconds]
  }

  /// Zero until an answer came.
  package var value: Duration {
    guard !samples.isEmpty else { return .zero }
    return .milliseconds(samples.sorted()[samples.count / 2])
  }
}
