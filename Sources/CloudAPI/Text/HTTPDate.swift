import JobWatchCore

/// The date of HTTP headers in its three forms, which every recipient has to read (RFC 9110, section 5.6.7):
///
/// ```
/// Sun, 06 Nov 1994 08:49:37 GMT     what is sent today
/// Sunday, 06-Nov-94 08:49:37 GMT    RFC 850
/// Sun Nov  6 08:49:37 1994          C's asctime
/// ```
enum HTTPDate {
  /// Nil for any other form. The weekday's name is not checked, nor how many blanks or tabs stand between the parts.
  ///
  /// - Parameter now: a year of two digits is the latest that is not more than 50 years ahead of it.
  static func time(_ text: String, near now: Timestamp) -> Timestamp? {
    let parts = text.split(separator: ",", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else {
      let behindWeekday = text.drop(while: \.isWhitespace).drop { !$0.isWhitespace }
      var scanner = TextScanner(behindWeekday)
      let time = scanner.civilTime(" N d h:m:s Y")
      scanner.skipBlanks()
      return scanner.isAtEnd ? time?.timestamp : nil
    }
    var scanner = TextScanner(parts[1])
    scanner.skipBlanks()
    let long = scanner.civilTime("d N Y h:m:s") ?? scanner.civilTime("d-N-Y h:m:s")
    let short = scanner.civilTime("d N y h:m:s") ?? scanner.civilTime("d-N-y h:m:s")
    scanner.skipBlanks()
    guard scanner.skip("GMT") || scanner.skip("UTC") else { return nil }
    scanner.skipBlanks()
    guard scanner.isAtEnd else { return nil }
    return long?.timestamp ?? short.flatMap { latest($0, near: now) }
  }

  /// The time in the next century, in this one or in the one before.
  private static func latest(_ time: CivilTime, near now: Timestamp) -> Timestamp? {
    let century = (Int(now.description.prefix(4)) ?? 0) / 100 * 100
    return [century + 100, century, century - 100].lazy.compactMap { first in
      var time = time
      time.year += first
      return time.timestamp
    }.first { $0 - now <= fiftyYears }
  }

  /// By the calendar's mean year.
  private static let fiftyYears = Duration.seconds(50 * 31_556_952)
}
