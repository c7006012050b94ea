import JobWatchCore

extension HTTPResponse {
  /// A longer wait would run into the one day after which a finished job's record is deleted.
  private static let longestWait = Duration.hours(12)

  /// The wait that was asked for, by the first `Retry-After` that can be read: seconds, or an HTTP date. A date counts
  /// from the sender's clock, or from `now` if the answer does not say the time.
  package func retryAfter(at now: Timestamp) -> Duration? {
    let now = date(near: now) ?? now
    return headers.values("Retry-After").lazy.compactMap { text in
      (Self.seconds(text) ?? HTTPDate.time(text, near: now).map { $0 - now })?.clamped(.zero, Self.longestWait)
    }.first
  }

  /// Digits, by the RFC. A fraction, which some send, counts as one more second, and a negative wait is over. A number
  /// that no integer holds asks for a long wait, not for none.
  private static func seconds(_ text: String) -> Duration? {
    guard let parts = text.wholeMatch(of: /(-?)([0-9]+)(?:\.([0-9]+))?/) else { return nil }
    if !parts.1.isEmpty { return .zero }
    guard let count = Int32(parts.2) else { return longestWait }
    let hasFraction = parts.3?.contains { $0 != "0" } ?? false
    return .seconds(count) + .seconds(hasFraction ? 1 : 0)
  }
}

extension Throttle {
  private static let units = [("second", 1), ("minute", 60), ("hour", 3600), ("day", 86_400)]

  /// The quota as the message of a throttling answer tells it:
  /// `… policy user over ratelimit,limit:200,time:1 second`.
  /// - Parameter wait: what the answer's `Retry-After` says.
  init(code: String, message: String, retryAfter wait: Duration?) {
    var limit = TextScanner(behind: "limit:", in: message)
    var window: Duration?
    if var time = TextScanner(behind: "time:", in: message), let count = time.count(),
      let unit = Self.units.first(where: { time.skip($0.0) })
    {
      window = .seconds(count * unit.1)
    }
    self.init(
      limit: limit?.count(), window: window, retryAfter: wait, perHost: message.contains("policy ip"), code: code)
  }
}

extension TextScanner {
  fileprivate mutating func count() -> Int? {
    skipBlanks()
    guard let number = number(), number > 0 else { return nil }
    skipBlanks()
    return number
  }
}
