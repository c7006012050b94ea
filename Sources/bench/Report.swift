import Foundation

/// Every figure of a run, for people or for programs.
struct Report: Sendable, Encodable {
  var isQuick: Bool
  var figures: [Figure] = []

  private enum CodingKeys: String, CodingKey {
    case isQuick = "quick"
    case figures
  }

  var missed: [Figure] { figures.filter { $0.isMet == false } }

  var json: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
  }

  var table: String {
    let head = ["figure", "measured", "limit", "verdict", "made of"]
    let rows =
      [head]
      + figures.map { figure in
        let verdict = figure.isMet.map { $0 ? "met" : "MISSED" } ?? ""
        return [figure.name, figure.measured, figure.bound, verdict, figure.detail]
      }
    let widths = head.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      let cells = zip(row, widths).map { cell, width in
        cell + String(repeating: " ", count: width - cell.count)
      }
      return cells.joined(separator: "  ").replacing(#/ +$/#, with: "")
    }.joined(separator: "\n")
  }
}
