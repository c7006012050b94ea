/// A date and a time of day in UTC, by the Gregorian calendar. Every time that jobwatch reads goes through it, because
/// Foundation's parsers are slower, and take 30 February for 2 March.
package struct CivilTime {
  /// 0 to 9999.
  package var year = 1970
  /// 1 to 12.
  var month = 1
  var day = 1
  var hour = 0
  var minute = 0
  /// 0 to 60: a leap second counts as the second after it.
  package var second = 0
  var millisecond = 0

  /// Nil if any part is out of its range, the day of that month included.
  package var timestamp: Timestamp? {
    guard (0...9999).contains(year), (1...12).contains(month), (0...23).contains(hour),
      (0...59).contains(minute), (0...60).contains(second), (0...999).contains(millisecond)
    else { return nil }
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let length = Self.daysBefore[month] - Self.daysBefore[month - 1]
    guard (1...(month == 2 && isLeap ? 29 : length)).contains(day) else { return nil }
    let leapDay = month > 2 && isLeap ? 1 : 0
    let days = Self.days(before: year) + Self.daysBefore[month - 1] + leapDay + day - 1
    let seconds = ((days * 24 + hour) * 60 + minute) * 60 + second
    return Timestamp(milliseconds: Int64(seconds * 1000 + millisecond))
  }

  /// Days of a common year before each month, and after the last.
  private static let daysBefore = [
    0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365,
  ]

  /// From 1970-01-01 to the first of January of `year`. Year 0 is a leap year, 719,528 days before 1970.
  private static func days(before year: Int) -> Int {
    365 * year + (year + 3) / 4 - (year + 99) / 100 + (year + 399) / 400 - 719_528
  }
}
