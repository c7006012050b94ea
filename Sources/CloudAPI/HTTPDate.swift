import JobWatchCore

/// The date of HTTP headers: `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, section 5.6.7; the two
/// older forms are not sent by any server in use).
package enum HTTPDate {
  /// Nil for any other form. The name of the weekday is not checked.
  package static func time(_ text: String) -> Timestamp? {
    guard let comma = text.utf8.firstIndex(of: UInt8(ascii: ",")) else { return nil }
    var scanner = TextScanner(text[comma...].dropFirst())
    guard scanner.skip(" "), let day = scanner.number(digits: 2), scanner.skip(" "),
      let month = scanner.monthName(), scanner.skip(" "),
      let year = scanner.number(digits: 4), scanner.skip(" "),
      let hour = scanner.number(digits: 2), scanner.skip(":"),
      let minute = scanner.number(digits: 2), scanner.skip(":"),
      let second = scanner.number(digits: 2), scanner.skip(" GMT"), scanner.isAtEnd
    else { return nil }
    return CivilTime(
      year: year, month: month, day: day, hour: hour, minute: minute, second: second)?
      .timestamp
  }
}
