/// One measured number.
struct Figure: Sendable {
  enum Limit: Sendable {
    case atMost(Double)
    case atLeast(Double)
  }

  /// The place of a figure in a table of figures of its kind.
  struct Cell: Sendable {
    var table: String
    var row: String
    var column: String
  }

  var name: String
  /// Nil: it stands in a line of its own.
  var cell: Cell?
  var value: Double
  var unit = ""
  /// The numbers behind the value.
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

  /// The value beside its limit.
  var verdict: String {
    guard let isMet else { return measured }
    return "\(measured) (\(bound)\(isMet ? "" : ": MISSED"))"
  }

  private static func text(_ value: Double, _ unit: String) -> String {
    unit.isEmpty ? value.threeDigits : "\(value.threeDigits) \(unit)"
  }
}
