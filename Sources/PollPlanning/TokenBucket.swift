import JobWatchCore

/// Spreads calls over a limiter's window, which alone would let a minute's calls go at once, and none for the rest of the
/// minute. Credit grows at the limiter's rate, up to five seconds of it; each call takes one. Jobs that are not due yet
/// leave half of the credit to those that are.
struct TokenBucket: Sendable {
  private var credit = Double.infinity
  /// The uptime, in milliseconds, as of which it was counted.
  private var countedAt: Int64 = 0

  /// Of the limiter's rate.
  private static let burstSeconds = 5.0
  /// Against rounding.
  private static let slack = 1e-6

  /// When there is enough credit for a call; not after `uptime` means now.
  /// - Parameters:
  ///   - rate: calls a second that the limiter grants.
  ///   - isEarly: the job is not due yet.
  func readyAt(_ uptime: Duration, rate: Double, isEarly: Bool = false) -> Duration {
    let most = Self.most(rate)
    let needed = isEarly ? max(most / 2, 1) : 1
    let missing = needed - credit(at: uptime.milliseconds, rate: rate)
    guard missing > Self.slack else { return .zero }
    return .milliseconds(uptime.milliseconds + Int64((1000 * missing / max(rate, 1e-6)).rounded(.up)))
  }

  mutating func spend(at uptime: Duration, rate: Double) {
    let now = uptime.milliseconds
    credit = max(credit(at: now, rate: rate) - 1, 0)
    countedAt = now
  }

  /// The call was not made.
  mutating func withdraw() { credit += 1 }

  private func credit(at now: Int64, rate: Double) -> Double {
    min(credit + rate * Double(max(now - countedAt, 0)) / 1000, Self.most(rate))
  }

  private static func most(_ rate: Double) -> Double { max(burstSeconds * rate, 1) }
}
