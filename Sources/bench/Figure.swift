import Foundation

/// One measured number.
struct Figure: Sendable, Encodable {
  let name: String
  let value: Double
  let unit: String
  /// The numbers behind the value.
  let detail: String
  let atMost: Double?
  let atLeast: Double?
  /// Nil without a limit.
  let met: Bool?

  init(
    _ name: String, _ value: Double, _ unit: String = "", detail: String = "",
    atMost: Double? = nil, atLeast: Double? = nil
  ) {
    (self.name, self.value, self.unit, self.detail) = (name, value, unit, detail)
    (self.atMost, self.atLeast) = (atMost, atLeast)
    met = atMost.map { value <= $0 } ?? atLeast.map { value >= $0 }
  }

  var measured: String { text(value) }

  var limit: String {
    atMost.map { "≤ \(text($0))" } ?? atLeast.map { "≥ \(text($0))" } ?? ""
  }

  /// The value beside its limit.
  var verdict: String {
    met.map { "\(measured) (\(limit)\($0 ? "" : ": MISSED"))" } ?? measured
  }

  private func text(_ number: Double) -> String { unit.isEmpty ? number.threeDigits : "\(number.threeDigits) \(unit)" }
}

/// Every figure of a run.
struct Report: Encodable {
  var quick: Bool
  var figures: [Figure]

  /// For programs.
  var json: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      encoder.keyEncodingStrategy = .convertToSnakeCase
      return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
  }

  /// For people: a table whose columns are as wide as their widest cell.
  var text: String {
    let head = ["figure", "measured", "limit", "verdict", "made of"]
    let rows =
      [head]
      + figures.map { figure in
        let verdict = figure.met.map { $0 ? "met" : "MISSED" } ?? ""
        return [figure.name, figure.measured, figure.limit, verdict, figure.detail]
      }
    let widths = head.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
        .joined(separator: "  ").replacing(#/ +$/#, with: "")
    }.joined(separator: "\n")
  }
}

extension [Double] {
  var mean: Double { reduce(0, +) / Double(Swift.max(count, 1)) }

  var median: Double { quantile(0.5) }

  /// The value that this share of the values does not exceed; zero for no values.
  func quantile(_ share: Double) -> Double {
    let sorted = sorted()
    guard let last = sorted.indices.last else { return 0 }
    return sorted[Swift.min(Int(share * Double(sorted.count)), last)]
  }
}

extension Double {
  /// As many decimals as make three digits, none from a hundred on.
  var threeDigits: String {
    let decimals = magnitude >= 99.95 ? 0 : magnitude >= 9.995 ? 1 : magnitude >= 0.9995 ? 2 : 3
    return String(format: "%.\(decimals)f", self)
  }
}

extension Duration {
  /// With nanoseconds. The product's own `seconds` counts in milliseconds.
  var exactSeconds: Double { self / .seconds(1) }
}
