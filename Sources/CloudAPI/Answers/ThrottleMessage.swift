import JobWatchCore

/// The quota as a throttling answer tells it in its message (cloud-api, section 5): `… policy user over
/// ratelimit,limit:200,time:1 second`.
enum ThrottleMessage {
  private static let units = [
    (name: "second", seconds: 1), (name: "minute", seconds: 60), (name: "hour", seconds: 3600),
    (name: "day", seconds: 86_400),
  ]

  /// `retryAfter` is what its header says.
  static func read(code: String, message: String, retryAfter: Duration?) -> Throttle {
    var scanner = TextScanner(behind: "limit:", in: message)
    scanner?.skipBlanks()
    let limit = scanner?.number()
    return Throttle(
      limit: limit.flatMap { $0 > 0 ? $0 : nil }, window: window(message),
      retryAfter: retryAfter,
      perHost: message.contains("policy ip"), code: code)
  }

  private static func window(_ message: String) -> Duration? {
    guard var scanner = TextScanner(behind: "time:", in: message) else { return nil }
    scanner.skipBlanks()
    guard let count = scanner.number(), count > 0 else { return nil }
    scanner.skipBlanks()
    let unit = units.first { scanner.skip($0.name) }
    return unit.map { .seconds(count * $0.seconds) }
  }
}
