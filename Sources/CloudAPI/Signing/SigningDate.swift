import JobWatchCore

/// The text of `X-Sdk-Date`: `20260115T083000Z`, UTC, whole seconds (cloud-api, section 3a).
package enum SigningDate {
  package static func text(_ time: Timestamp) -> String {
    let civil = CivilTime(time)
    var text: [UInt8] = []
    text.reserveCapacity(16)
    append(civil.year, digits: 4, to: &text)
    append(civil.month, digits: 2, to: &text)
    append(civil.day, digits: 2, to: &text)
    text.append(UInt8(ascii: "T"))
    append(civil.hour, digits: 2, to: &text)
    append(civil.minute, digits: 2, to: &text)
    append(civil.second, digits: 2, to: &text)
    text.append(UInt8(ascii: "Z"))
    return String(decoding: text, as: UTF8.self)
  }

  /// Nil for any other form.
  package static func time(_ text: some StringProtocol) -> Timestamp? {
    var scanner = TextScanner(text)
    guard let year = scanner.number(digits: 4), let month = scanner.number(digits: 2),
      let day = scanner.number(digits: 2), scanner.skip("T"),
      let hour = scanner.number(digits: 2), let minute = scanner.number(digits: 2),
      let second = scanner.number(digits: 2), scanner.skip("Z"), scanner.isAtEnd
    else { return nil }
    return CivilTime(
      year: year, month: month, day: day, hour: hour, minute: minute, second: second)?.timestamp
  }

  private static func append(_ number: Int, digits: Int, to text: inout [UInt8]) {
    var divisor = 1
    for _ in 1..<digits { divisor *= 10 }
    while divisor > 0 {
      text.append(UInt8(ascii: "0") + UInt8(number / divisor % 10))
      divisor /= 10
    }
  }
}
