extension Duration {
  /// Whole milliseconds, rounded towards zero, clamped to what an `Int64` holds.
  package var milliseconds: Int64 {
    let (seconds, attoseconds) = components
    let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1000)
    let rest = attoseconds / 1_000_000_000_000_000
    let (sum, carry) = scaled.addingReportingOverflow(rest)
    return overflow || carry ? (seconds < 0 ? .min : .max) : sum
  }

  /// With their fraction; for figures shown to people and for arithmetic on ratios.
  package var seconds: Double { Double(milliseconds) / 1000 }

  package static func minutes(_ count: Int) -> Duration { .seconds(60 * count) }
  package static func hours(_ count: Int) -> Duration { .seconds(3600 * count) }
  package static func days(_ count: Int) -> Duration { .seconds(86400 * count) }

  /// This duration times `factor`, exact to the millisecond.
  package func scaled(by factor: Double) -> Duration { .milliseconds(Int64((Double(milliseconds) * factor).rounded())) }

  package func clamped(_ low: Duration, _ high: Duration) -> Duration { Swift.min(Swift.max(self, low), high) }

  /// In milliseconds, the largest first.
  private static let units: [(name: String, size: Int64)] = [
    ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
  ]

  /// Reads `250ms`, `5s`, `1.5m`, `4h`, `14d`: a decimal and a unit, nothing else. Nil for negative, not finite, over
  /// 1000 years (365 200 days), or without a unit.
  package init?(text: String) {
    let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    guard let value = Double(digits), value.isFinite,
      let unit = Self.units.first(where: { $0.name == text.dropFirst(digits.count) }),
      value * Double(unit.size) <= 365_200 * 86_400_000
    else { return nil }
    self = .milliseconds(Int64((value * Double(unit.size)).rounded()))
  }

  /// A whole number of the largest unit that gives one, which `init(text:)` reads back: `90s` is `90s`, `120s` is `2m`.
  package var text: String {
    let count = milliseconds
    guard count != 0, let unit = Self.units.first(where: { count % $0.size == 0 }) else { return "0s" }
    return "\(count / unit.size)\(unit.name)"
  }

  /// For people: the two largest units, as in `4 m 30 s`, `1 d 2 h`, `850 ms`.
  package var spoken: String {
    let total = Swift.max(milliseconds, 0)
    if total < 1000 { return "\(total) ms" }
    if total < 10_000 && total % 1000 >= 100 { return "\(total / 1000).\(total % 1000 / 100) s" }
    let units = Self.units.drop { total < $0.size }.prefix(2)
    guard let large = units.first, let small = units.last else { return "" }
    let rest = small.size < 1000 ? 0 : total % large.size / small.size
    let text = "\(total / large.size) \(large.name)"
    return rest == 0 ? text : "\(text) \(rest) \(small.name)"
  }
}
