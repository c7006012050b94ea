import JobWatchCore

/// Reads the times in job records. The forms seen (cloud-api, section 1 and 2):
///
/// ```
/// 2016-04-25T20:04:34.604Z               ECS
/// 2021-07-12T09:22:04+0000 · +01:00      databases: an offset, with or without a colon
/// 2020-02-02 08:12:40.672772389 +0000 UTC   CCE
/// 04-Jun-2015 18:11:06:586               IMS, in one sample; no zone, taken as UTC like the others
/// 1684191545379                          DCS: milliseconds since 1970, as a string or a number
/// ```
package enum CloudTimeParser {
  /// 1973-03-03: numbers below are seconds, and dates before are placeholders such as 1970-01-01.
  /// None is a time at which a job ran.
  private static let earliest = Timestamp(milliseconds: 100_000_000_000)
  /// No form is longer. A longer text is cut, because it is kept with the job.
  private static let lengthLimit = 64

  /// Nil for nothing at all. A text that cannot be read has no instant.
  package static func parse(_ raw: String?) -> CloudTime? {
    guard let raw, !raw.isEmpty else { return nil }
    guard raw.utf8.count <= lengthLimit else {
      return CloudTime(raw: String(raw.unicodeScalars.prefix(lengthLimit)), instant: nil)
    }
    let instant = (epoch(raw) ?? civil(raw) ?? named(raw)).flatMap { plausible($0) }
    return CloudTime(raw: raw, instant: instant)
  }

  private static func plausible(_ time: Timestamp) -> Timestamp? {
    time >= earliest && time.milliseconds <= Timestamp.limit ? time : nil
  }

  private static func epoch(_ raw: String) -> Timestamp? {
    Int64(raw).map { Timestamp(milliseconds: $0) }
  }

  private static func civil(_ raw: String) -> Timestamp? {
    var scanner = TextScanner(raw)
    guard let year = scanner.number(digits: 4), scanner.skip("-"),
      let month = scanner.number(digits: 2), scanner.skip("-"),
      let day = scanner.number(digits: 2), scanner.skip("T") || scanner.skip(" "),
      let hour = scanner.number(digits: 2), scanner.skip(":"),
      let minute = scanner.number(digits: 2), scanner.skip(":"),
      let second = scanner.number(digits: 2)
    else { return nil }
    var millisecond = 0
    if scanner.skip(".") || scanner.skip(",") {
      guard let fraction = scanner.milliseconds() else { return nil }
      millisecond = fraction
    }
    guard let offset = offset(&scanner), scanner.isAtEnd else { return nil }
    let civil = CivilTime(
      year: year, month: month, day: day, hour: hour, minute: minute, second: second,
      millisecond: millisecond)
    return civil.map { $0.timestamp - offset }
  }

  /// `04-Jun-2015 18:11:06:586`
  private static func named(_ raw: String) -> Timestamp? {
    var scanner = TextScanner(raw)
    guard let day = scanner.number(digits: 2), scanner.skip("-"),
      let month = scanner.monthName(), scanner.skip("-"),
      let year = scanner.number(digits: 4), scanner.skip(" "),
      let hour = scanner.number(digits: 2), scanner.skip(":"),
      let minute = scanner.number(digits: 2), scanner.skip(":"),
      let second = scanner.number(digits: 2), scanner.skip(":"),
      let millisecond = scanner.number(digits: 3), scanner.isAtEnd
    else { return nil }
    return CivilTime(
      year: year, month: month, day: day, hour: hour, minute: minute, second: second,
      millisecond: millisecond)?.timestamp
  }

  /// The time east of UTC. Without any the clouds mean UTC; nil if what follows is no offset.
  private static func offset(_ scanner: inout TextScanner) -> Duration? {
    if scanner.isAtEnd || scanner.skip("Z") { return .zero }
    _ = scanner.skip(" ")
    let isWest = scanner.skip("-")
    guard isWest || scanner.skip("+"), let hours = scanner.number(digits: 2), hours <= 14 else {
      return nil
    }
    _ = scanner.skip(":")
    let minutes = scanner.number(digits: 2) ?? 0
    guard minutes < 60 else { return nil }
    _ = scanner.skip(" UTC")
    let offset = Duration.minutes(hours * 60 + minutes)
    return isWest ? .zero - offset : offset
  }
}
