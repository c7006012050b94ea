/// One measured number.
struct Figure: Sendable, Encodable {
  enum Limit: Sendable {
    case atMost(Double)
    case atLeast(Double)
  }

  var name: String
  var value: Double
  var unit = ""
  /// What the value was made of.
  var detail = ""
  /// Nil: for information.
  var limit: Limit?

  var isMet: Bool? {
    switch limit {
    case .atMost(let bound): value <= bound
    case .atLeast(let bound): value >= bound
    case nil: nil
    }
  }

  var measured: String { Self.text(value, unit) }

  var bound: String {
    switch limit {
    case .atMost(let bound): "≤ \(Self.text(bound, unit))"
    case .atLeast(let bound): "≥ \(Self.text(bound, unit))"
    case nil: ""
    }
  }

  var sentence: String { "\(name): \(measured), must be \(bound)" }

  private static func text(_ value: Double, _ unit: String) -> String {
    unit.isEmpty ? value.threeDigits : "\(value.threeDigits) \(unit)"
  }

  private enum CodingKeys: String, CodingKey {
    case name, value, unit, detail
    case atMost = "at_most"
    case atLeast = "at_least"
    case isMet = "met"
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(name, forKey: .name)
    try container.encode(value, forKey: .value)
    try container.encode(unit, forKey: .unit)
    try container.encode(detail, forKey: .detail)
    switch limit {
    case .atMost(let bound): try container.encode(bound, forKey: .atMost)
    case .atLeast(let bound): try container.encode(bound, forKey: .atLeast)
    case nil: break
    }
    try container.encodeIfPresent(isMet, forKey: .isMet)
  }
}
