import JobWatchCore

/// The quota as the message of a throttling answer tells it:
/// `… policy user over ratelimit,limit:200,time:1 second`.
enum ThrottleMessage {
  private static let units = [
    (name: "second", seconds: 1), (name: "minute", seconds: 60), (name: "hour", seconds: 3600),
    (name: "day", seconds: 86_400),
  ]

  /// - Parameter retryAfter: what the header of that name says.
  static func read(code: String, message: String, retryAfter: Duration?) -> Throttle {
    Throttle(
      limit: number(behind: "limit:", in: message)?.number, window: window(message),
      retryAfter: retryAfter, perHost: message.contains("policy ip"), code: code)
  }

  private static func window(_ message: String) -> Duration? {
    guard let (count, rest) = number(behind: "time:", in: message) else { return nil }
    var scanner = rest
    let unit = units.first { scanner.skip($0.name) }
    return unit.map { .seconds(count * $0.seconds) }
  }

  /// A positive number, and what follows it.
  private static func number(
    behind marker: String, in message: String
  ) -> (number: Int, rest: TextScanner)? {
    guard var scanner = TextScanner(behind: marker, in: message) else { return nil }
    scanner.skipBlanks()
    guard let number = scanner.number(), number > 0 else { return nil }
    scanner.skipBlanks()
    return (number, scanner)
  }
}
