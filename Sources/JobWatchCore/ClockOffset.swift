/// The cloud's clock minus ours, by the `Date` headers of its answers. These are whole seconds: each says only that the
/// cloud's clock stood somewhere in the second from its date on. Several, at different moments of a second, say more.
/// One odd or slow answer does not move the offset.
package struct ClockOffset: Sendable, Hashable {
  /// Dates minus the times at which they came, in milliseconds.
  private var samples: [Int64] = []
  private var sampledAt: Timestamp?

  private static let kept = 9
  private static let second: Int64 = 1000
  /// Between two samples, because answers at the same moment say the same. A second is no multiple of it: nine samples
  /// spread over the second.
  private static let rest = Duration.milliseconds(270)

  package mutating func note(_ serverDate: Timestamp, at now: Timestamp) {
    // Our clock may have been set back.
    if let sampledAt, now >= sampledAt, now - sampledAt < Self.rest { return }
    sampledAt = now
    samples.append((serverDate - now).milliseconds)
    if samples.count > Self.kept { samples.removeFirst() }
  }

  /// A signature was refused for its date: the cloud's time replaces the samples, which are wrong.
  package mutating func replace(_ serverTime: Timestamp, at now: Timestamp) {
    samples = [(serverTime - now).milliseconds]
    sampledAt = now
  }

  /// Our clock was set, by so much ahead.
  package mutating func shift(by jump: Duration) {
    samples = samples.map { $0 - jump.milliseconds }
    sampledAt = sampledAt.map { $0 + jump }
  }

  package var isKnown: Bool { !samples.isEmpty }

  /// Zero until an answer came.
  package var value: Duration {
    guard !samples.isEmpty else { return .zero }
    let median = samples.sorted()[samples.count / 2]
    let agreeing = samples.filter { abs($0 - median) < Self.second }
    // The middle of what the seconds of all have in common.
    let (least, most) = (agreeing.min() ?? median, agreeing.max() ?? median)
    return .milliseconds((least + most + Self.second) / 2)
  }
}
