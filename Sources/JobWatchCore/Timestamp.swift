import Foundation

/// A point in time: whole milliseconds since 1970-01-01T00:00:00Z.
///
/// Milliseconds because that is what the clouds report and what the database keeps; an integer so that a value survives
/// storage and comparison exactly.
package struct Timestamp: Hashable, Comparable, Sendable {
  package var milliseconds: Int64

  package init(milliseconds: Int64) { self.milliseconds = milliseconds }

  package init(_ date: Date) {
    milliseconds = Int64((date.timeIntervalSince1970 * 1000).rounded())
  }

  /// The latest time that a sum yields, 9999-12-31T23:59:59.999Z, and the earliest, 1583-01-01T00:00:00.000Z. Later
  /// years cannot be written in ISO 8601 with four digits, and the format counts days before 1583 by another calendar.
  package static let limit: Int64 = 253_402_300_799_999
  private static let earliest: Int64 = -12_212_553_600_000

  package var date: Date { Date(timeIntervalSince1970: Double(milliseconds) / 1000) }

  package static func < (left: Timestamp, right: Timestamp) -> Bool { left.milliseconds < right.milliseconds }

  package static func + (left: Timestamp, right: Duration) -> Timestamp {
    let (sum, overflow) = left.milliseconds.addingReportingOverflow(right.milliseconds)
    if overflow { return Timestamp(milliseconds: right > .zero ? limit : earliest) }
    return Timestamp(milliseconds: min(max(sum, earliest), limit))
  }

  package static func - (left: Timestamp, right: Duration) -> Timestamp { left + (.zero - right) }

  package static func - (left: Timestamp, right: Timestamp) -> Duration {
    let (gap, overflow) = left.milliseconds.subtractingReportingOverflow(right.milliseconds)
    return .milliseconds(overflow ? (left < right ? .min : .max) : gap)
  }
}

extension Timestamp: Codable, CustomStringConvertible {
  /// `2026-11-21T21:38:21.123Z`, in UTC, always with milliseconds: sorts as text. The format cuts below the
  /// millisecond, and most milliseconds are no exact binary fraction: from the middle of the millisecond it always cuts
  /// to the right one.
  package var description: String {
    Date(timeIntervalSince1970: (Double(milliseconds) + 0.5) / 1000).formatted(Self.style)
  }

  private static let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

  /// Reads `2026-11-21T21:38:21Z`, with or without a fraction of a second, which is cut below the millisecond; nil for
  /// anything else, and for a time before `earliest`, which would be written as another one.
  package init?(iso8601 text: String) {
    // Letters in the other case, and a comma, are a damaged line of a log and no time.
    guard text.utf8.allSatisfy({ "0123456789-:.TZ".utf8.contains($0) }) else { return nil }
    var scanner = TextScanner(text)
    guard let time = scanner.civilTime("Y-M-DTh:m:sFZ"), time.second < 60, scanner.isAtEnd,
      let timestamp = time.timestamp, timestamp.milliseconds >= Self.earliest
    else { return nil }
    self = timestamp
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let value = Timestamp(iso8601: text) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not an ISO 8601 time: \(text)")
    }
    self = value
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
