import JobWatchCore

/// A date and a time of day in UTC, by the Gregorian calendar: the one place that converts between
/// the texts of the clouds and a `Timestamp`. (Foundation's parsers cost more than the rest of an
/// answer together.)
struct CivilTime: Equatable {
  var year: Int
  /// 1 to 12.
  var month: Int
  var day: Int
  var hour: Int
  var minute: Int
  /// 0 to 60: a leap second is taken as the second after.
  var second: Int
  var millisecond: Int

  /// Nil if any part is out of its range, the day of that month included; years are 0 to 9999.
  init?(
    year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int, millisecond: Int = 0
  ) {
    guard (0...9999).contains(year), (1...12).contains(month),
      (1...Self.days(in: month, of: year)).contains(day), (0...23).contains(hour),
      (0...59).contains(minute), (0...60).contains(second), (0...999).contains(millisecond)
    else { return nil }
    self.year = year
    self.month = month
    self.day = day
    self.hour = hour
    self.minute = minute
    self.second = second
    self.millisecond = millisecond
  }

  init(_ timestamp: Timestamp) {
    let total = Int(min(max(timestamp.milliseconds, 0), Timestamp.limit))
    (millisecond, second) = (total % 1000, total / 1000 % 60)
    (minute, hour) = (total / 60_000 % 60, total / 3_600_000 % 24)
    let days = total / 86_400_000
    // An estimate that is never too late, and at most one year too early.
    year = 1970 + days / 366
    while Self.daysSince1970(year + 1) <= days { year += 1 }
    day = days - Self.daysSince1970(year) + 1
    month = 1
    while day > Self.days(in: month, of: year) {
      day -= Self.days(in: month, of: year)
      month += 1
    }
  }

  var timestamp: Timestamp {
    var days = Self.daysSince1970(year) + day - 1
    for earlier in 1..<month { days += Self.days(in: earlier, of: year) }
    let seconds = ((days * 24 + hour) * 60 + minute) * 60 + second
    return Timestamp(milliseconds: Int64(seconds * 1000 + millisecond))
  }

  private static func isLeap(_ year: Int) -> Bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
  }

  private static func days(in month: Int, of year: Int) -> Int {
    switch month {
    case 2: isLeap(year) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// Days from 1970-01-01 to the first of January of `year`.
  private static func daysSince1970(_ year: Int) -> Int {
    func leapDaysBefore(_ year: Int) -> Int {
      let full = year - 1
      // Year 0 is a leap year and lies before the count that the divisions make.
      return year == 0 ? -1 : full / 4 - full / 100 + full / 400
    }
    return (year - 1970) * 365 + leapDaysBefore(year) - leapDaysBefore(1970)
  }
}
