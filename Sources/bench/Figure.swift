import Foundation

/// One measured number, and its limit.
struct Figure: Sendable, Encodable {
  let name: String
  /// Nil: nothing was measured, which misses any limit.
  let value: Double?
  let unit: String
  /// The numbers behind the value.
  let detail: String
  private let atMost: Double?
  private let atLeast: Double?
  let met: Bool

  init(
    _ name: String, _ value: Double, _ unit: String = "", detail: String = "",
    atMost: Double? = nil, atLeast: Double? = nil
  ) {
    (self.name, self.unit, self.detail) = (name, unit, detail)
    (self.atMost, self.atLeast) = (atMost, atLeast)
    self.value = value.isFinite ? value : nil
    met = value.isFinite && value <= atMost ?? .infinity && value >= atLeast ?? -.infinity
  }

  var measured: String { value.map(text) ?? "nothing" }

  var limit: String { atMost.map { "≤ \(text($0))" } ?? atLeast.map { "≥ \(text($0))" } ?? "" }

  private func text(_ number: Double) -> String { unit.isEmpty ? number.threeDigits : "\(number.threeDigits) \(unit)" }
}

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
        [figure.name, figure.measured, figure.limit, figure.met ? "met" : "MISSED", figure.detail]
      }
    let widths = head.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
        .joined(separator: "  ").replacing(#/ +$/#, with: "")
    }.joined(separator: "\n")
  }
}

extension [Double] {
  // Of no values these are no number.

  var mean: Double { reduce(0, +) / Double(count) }

  var median: Double { quantile(0.5) }

  /// The value that this part of the values does not exceed.
  func quantile(_ part: Double) -> Double {
    let sorted = sorted()
    guard let last = sorted.indices.last else { return .nan }
    return sorted[Swift.min(Int(part * Double(sorted.count)), last)]
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
