import JobWatchCore

/// The `Retry-After` header: seconds, or an HTTP date.
enum RetryAfter {
  /// A longer wait would run into the one day after which a finished job's record is deleted.
  private static let longest = Duration.hours(12)

  /// Nil for what is neither form.
  /// - Parameter now: by the server's clock, if known: a date counts from it.
  static func wait(_ text: String, at now: Timestamp) -> Duration? {
    let wait = seconds(text) ?? HTTPDate.time(text, near: now).map { $0 - now }
    return wait?.clamped(.zero, longest)
  }

  /// Digits, by the RFC. A fraction, which some send, counts as one more second, and a negative wait is over. A number
  /// that no integer holds asks for a long wait, not for none.
  private static func seconds(_ text: String) -> Duration? {
    let isNegative = text.hasPrefix("-")
    let parts = text.utf8.dropFirst(isNegative ? 1 : 0).split(
      separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
    let zero = UInt8(ascii: "0")
    let digits = zero...UInt8(ascii: "9")
    guard parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy(digits.contains) }) else { return nil }
    if isNegative { return .zero }
    let whole = parts[0].drop { $0 == zero }
    guard whole.count <= 9 else { return longest }
    let count = whole.reduce(0) { $0 * 10 + Int($1 - zero) }
    let hasFraction = parts.dropFirst().contains { $0.contains { $0 != zero } }
    return .seconds(hasFraction ? count + 1 : count)
  }
}
