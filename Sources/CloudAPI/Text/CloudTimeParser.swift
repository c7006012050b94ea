import JobWatchCore

/// Reads the times in job records. The forms seen:
///
/// ```
/// 2016-04-25T20:04:34.604Z               ECS
/// 2021-07-12T09:22:04+0000 · +01:00      databases: an offset, with or without a colon
/// 2020-02-02 08:12:40.672772389 +0000 UTC   CCE
/// 04-Jun-2015 18:11:06:586               IMS, in one sample; no zone, taken as UTC like the others
/// 1684191545379                          DCS: milliseconds since 1970, as a string or a number
/// ```
package enum CloudTimeParser {
  /// 1973-03-03. No job ran before: smaller numbers are seconds, and earlier dates are placeholders such as 1970-01-01.
  private static let earliest: Int64 = 100_000_000_000
  /// No form is longer. A longer text is cut, because it is kept with the job.
  private static let lengthLimit = 64

  /// Nil for nothing at all. A text that cannot be read has no instant.
  package static func parse(_ raw: String?) -> CloudTime? {
    guard let raw, !raw.isEmpty else { return nil }
    guard raw.utf8.count <= lengthLimit else {
      return CloudTime(raw: String(raw.unicodeScalars.prefix(lengthLimit)), instant: nil)
    }
    let instant = Int64(raw).map { Timestamp(milliseconds: $0) } ?? civil(raw)
    let isPlausible = instant.map { (earliest...Timestamp.limit).contains($0.milliseconds) }
    return CloudTime(raw: raw, instant: isPlausible == true ? instant : nil)
  }

  private static func civil(_ raw: String) -> Timestamp? {
    var scanner = TextScanner(raw)
    if let time = scanner.civilTime("D-N-Y h:m:s:f") { return scanner.isAtEnd ? time.timestamp : nil }
    guard let time = scanner.civilTime("Y-M-DTh:m:sF") ?? scanner.civilTime("Y-M-D h:m:sF"),
      let offset = offset(&scanner), scanner.isAtEnd
    else { return nil }
    return time.timestamp.map { $0 - offset }
  }

  /// The time east of UTC: zero without an offset, because the clouds then mean UTC. Nil if what follows is no offset.
  private static func offset(_ scanner: inout TextScanner) -> Duration? {
    if scanner.isAtEnd || scanner.skip("Z") { return .zero }
    scanner.skipBlanks()
    let isWest = scanner.skip("-")
    guard isWest || scanner.skip("+"), let hours = scanner.number(digits: 2), hours <= 14 else { return nil }
    _ = scanner.skip(":")
    let minutes = scanner.number(digits: 2) ?? 0
    guard minutes < 60 else { return nil }
    _ = scanner.skip(" UTC")
    let offset = Duration.minutes(hours * 60 + minutes)
    return isWest ? .zero - offset : offset
  }
}
