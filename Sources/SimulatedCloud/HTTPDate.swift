import Foundation
import JobWatchCore

/// Writes the `Date` header: `Sat, 21 Nov 2026 21:38:21 GMT`, https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7
struct HTTPDate: Sendable {
  private var second: Int64?
  private var text = ""

  /// Formats once a second: many answers share a date.
  mutating func text(at now: Timestamp) -> String {
    let wanted = now.milliseconds / 1000
    if wanted != second {
      second = wanted
      text = now.date.formatted(Self.style)
    }
    return text
  }

  private static let style = Date.VerbatimFormatStyle(
    format: """
      \(weekday: .abbreviated), \(day: .twoDigits) \(month: .abbreviated) \(year: .defaultDigits) \
      \(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits):\
      \(second: .twoDigits) GMT
      """,
    locale: Locale(identifier: "en_US_POSIX"), timeZone: .gmt,
    calendar: Calendar(identifier: .gregorian))
}
