import JobWatchCore

/// The date of HTTP headers in its three forms, which every recipient has to read (RFC 9110, section 5.6.7):
///
/// ```
/// Sun, 06 Nov 1994 08:49:37 GMT     what is sent today
/// Sunday, 06-Nov-94 08:49:37 GMT    RFC 850
/// Sun Nov  6 08:49:37 1994          C's asctime
/// ```
package enum HTTPDate {
  /// Nil for any other form. The name of the weekday is not checked, nor how many blanks stand between the parts.
  ///
  /// - Parameter now: a year of two digits is the latest that is not more than 50 years ahead of it.
  package static func time(_ text: String, near now: Timestamp) -> Timestamp? {
    if let comma = text.utf8.firstIndex(of: UInt8(ascii: ",")) {
      return standard(TextScanner(text[comma...].dropFirst()), near: now)
    }
    guard let blank = text.utf8.firstIndex(of: UInt8(ascii: " ")) else { return nil }
    return asctime(TextScanner(text[blank...]))
  }

  /// What follows the comma: the first two forms, which differ in their separators and the digits of the year.
  private static func standard(_ scanner: TextScanner, near now: Timestamp) -> Timestamp? {
    var scanner = scanner
    scanner.skipBlanks()
    guard let day = scanner.day() else { return nil }
    let separator = scanner.skip("-") ? "-" : " "
    scanner.skipBlanks()
    guard let month = scanner.monthName(), scanner.skip(separator) else { return nil }
    let fullYear = scanner.number(digits: 4)
    let year = fullYear ?? scanner.number(digits: 2)
    guard let year, scanner.skip(" "), let time = scanner.timeOfDay() else { return nil }
    scanner.skipBlanks()
    guard scanner.skip("GMT") || scanner.skip("UTC"), scanner.isAtEnd else { return nil }
    if fullYear != nil { return time.timestamp(year, month, day) }
    return century(of: now).lazy.compactMap { time.timestamp($0 + year, month, day) }
      .first { $0 - now <= fiftyYears }
  }

  private static func asctime(_ scanner: TextScanner) -> Timestamp? {
    var scanner = scanner
    scanner.skipBlanks()
    guard let month = scanner.monthName(), scanner.skip(" ") else { return nil }
    scanner.skipBlanks()
    guard let day = scanner.day(), scanner.skip(" "), let time = scanner.timeOfDay(),
      scanner.skip(" "), let year = scanner.number(digits: 4), scanner.isAtEnd
    else { return nil }
    return time.timestamp(year, month, day)
  }

  /// The first years of the next century, this one and those before it that could be meant, latest first.
  private static func century(of now: Timestamp) -> [Int] {
    let first = CivilTime(now).year / 100 * 100
    return [first + 100, first, first - 100]
  }

  /// By the calendar's mean year.
  private static let fiftyYears = Duration.seconds(50 * 31_556_952)
}

private struct TimeOfDay {
  var hour: Int
  var minute: Int
  var second: Int

  func timestamp(_ year: Int, _ month: Int, _ day: Int) -> Timestamp? {
    CivilTime(year: year, month: month, day: day, hour: hour, minute: minute, second: second)?
      .timestamp
  }
}

extension TextScanner {
  /// Of a month; padded or not.
  fileprivate mutating func day() -> Int? { number(digits: 2) ?? number(digits: 1) }

  /// `08:49:37`
  fileprivate mutating func timeOfDay() -> TimeOfDay? {
    skipBlanks()
    guard let hour = number(digits: 2), skip(":"), let minute = number(digits: 2), skip(":"),
      let second = number(digits: 2)
    else { return nil }
    return TimeOfDay(hour: hour, minute: minute, second: second)
  }
}
