extension Duration {
  /// Whole milliseconds, rounded towards zero, clamped to what an `Int64` holds.
  package var milliseconds: Int64 {
    let (seconds, attoseconds) = components
    let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1000)
    let rest = attoseconds / 1_000_000_000_000_000
    let (sum, carry) = scaled.addingReportingOverflow(rest)
    return overflow || carry ? (seconds < 0 ? .min : .max) : sum
  }

  /// Seconds with their fraction; for figures shown to people and for arithmetic on ratios.
  package var seconds: Double { Double(milliseconds) / 1000 }

  package static func minutes(_ count: Int) -> Duration { .seconds(60 * count) }
  package static func hours(_ count: Int) -> Duration { .seconds(3600 * count) }
  package static func days(_ count: Int) -> Duration { .seconds(86400 * count) }

  /// This duration times `factor`, exact to the millisecond.
  package func scaled(by factor: Double) -> Duration {
    .milliseconds(Int64((Double(milliseconds) * factor).rounded()))
  }

  package func clamped(_ low: Duration, _ high: Duration) -> Duration {
    Swift.min(Swift.max(self, low), high)
  }

  /// Reads `250ms`, `5s`, `1.5m`, `4h`, `14d`: a decimal and a unit, nothing else.
  /// Nil for negative, not finite, over 1000 years (365 200 days), or without a unit.
  package init?(text: String) {
    let units: [(suffix: String, milliseconds: Double)] = [
      ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
    ]
    let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    guard let value = Double(digits), value.isFinite,
      let unit = units.first(where: { $0.suffix == text.dropFirst(digits.count) }),
      value * unit.milliseconds <= 365_200 * 86_400_000
    else { return nil }
    self = .milliseconds(Int64((value * unit.milliseconds).rounded()))
  }

  /// A whole number of the largest unit that gives one, which `init(text:)` reads back to the same value: `90s` is
  /// `90s`, `120s` is `2m`.
  package var text: String {
    let count = milliseconds
    for (suffix, size) in [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000)]
    where count != 0 && count % Int64(size) == 0 {
      return "\(count / Int64(size))\(suffix)"
    }
    return count == 0 ? "0s" : "\(count)ms"
  }

  /// For people: the two largest units, as in `4 m 30 s`, `1 d 2 h`, `850 ms`.
  package var spoken: String {
    let total = Swift.max(milliseconds, 0)
    if total < 1000 { return "\(total) ms" }
    if total < 10_000 && total % 1000 >= 100 { return "\(total / 1000).\(total % 1000 / 100) s" }
    let units: [(name: String, size: Int64)] = [
      ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000),
    ]
    guard let first = units.firstIndex(where: { total >= $0.size }) else { return "\(total) ms" }
    let large = "\(total / units[first].size) \(units[first].name)"
    guard first + 1 < units.count else { return large }
    let rest = total % units[first].size / units[first + 1].size
    return rest == 0 ? large : "\(large) \(rest) \(units[first + 1].name)"
  }
}
