import Foundation

/// A point in time: whole milliseconds since 1970-01-01T00:00:00Z.
///
/// Milliseconds because that is what the clouds report and what the database keeps; an integer so that
/// a value survives storage and comparison exactly.
package struct Timestamp: Hashable, Comparable, Sendable {
  package var milliseconds: Int64

  package init(milliseconds: Int64) { self.milliseconds = milliseconds }

  package init(_ date: Date) {
    milliseconds = Int64((date.timeIntervalSince1970 * 1000).rounded())
  }

  /// The latest and earliest time that any arithmetic here yields: 9999-12-31 and its mirror.
  /// Years beyond cannot be written in ISO 8601 with four digits, so sums are clamped to them.
  package static let limit: Int64 = 253_402_300_799_999

  package var date: Date { Date(timeIntervalSince1970: Double(milliseconds) / 1000) }

  package static func < (left: Timestamp, right: Timestamp) -> Bool {
    left.milliseconds < right.milliseconds
  }

  package static func + (left: Timestamp, right: Duration) -> Timestamp {
    let (sum, overflow) = left.milliseconds.addingReportingOverflow(right.milliseconds)
    if overflow { return Timestamp(milliseconds: right > .zero ? limit : -limit) }
    return Timestamp(milliseconds: min(max(sum, -limit), limit))
  }

  package static func - (left: Timestamp, right: Duration) -> Timestamp { left + (.zero - right) }

  package static func - (left: Timestamp, right: Timestamp) -> Duration {
    .milliseconds(left.milliseconds - right.milliseconds)
  }
}

extension Timestamp: Codable, CustomStringConvertible {
  /// `2026-11-21T21:38:21.123Z`, in UTC, always with milliseconds: sorts as text.
  package var description: String { date.formatted(Self.style) }

  private static let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
  private static let wholeSeconds = Date.ISO8601FormatStyle()

  /// Reads ISO 8601 in UTC, with or without a fraction; nil for anything else.
  package init?(iso8601 text: String) {
    guard
      let date = (try? Self.style.parse(text)) ?? (try? Self.wholeSeconds.parse(text))
    else { return nil }
    self.init(date)
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let value = Timestamp(iso8601: text) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "not an ISO 8601 time: \(text)")
    }
    self = value
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
