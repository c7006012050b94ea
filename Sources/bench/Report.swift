import Foundation

/// Every figure of a run, for people or for programs.
struct Report {
  var isQuick: Bool
  var figures: [Figure]

  /// Every table, and then the figures that are in none.
  var text: String {
    let tables = figures.compactMap(\.cell?.table).unique.map(table)
    let lines = figures.filter { $0.cell == nil }.map { figure in
      let verdict = figure.isMet.map { $0 ? "met" : "MISSED" } ?? ""
      return [figure.name, figure.measured, figure.bound, verdict, figure.detail]
    }
    let head = ["figure", "measured", "limit", "verdict", "made of"]
    return (tables + (lines.isEmpty ? [] : [Grid(rows: [head] + lines)])).map(\.text)
      .joined(separator: "\n\n")
  }

  private func table(_ title: String) -> Grid {
    let cells = figures.compactMap { figure in
      figure.cell.flatMap { $0.table == title ? (cell: $0, text: figure.verdict) : nil }
    }
    let columns = cells.map(\.cell.column).unique
    let rows = Dictionary(grouping: cells, by: \.cell.row)
    return Grid(
      title: title,
      rows: [[""] + columns]
        + cells.map(\.cell.row).unique.map { name in
          [name]
            + columns.map { column in rows[name]?.first { $0.cell.column == column }?.text ?? "" }
        })
  }

  var json: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      encoder.keyEncodingStrategy = .convertToSnakeCase
      let record = Record(quick: isQuick, figures: figures.map(Record.Line.init))
      return String(decoding: try encoder.encode(record), as: UTF8.self)
    }
  }

  private struct Record: Encodable {
    struct Line: Encodable {
      var name: String
      var value: Double
      var unit: String
      var detail: String
      var atMost: Double?
      var atLeast: Double?
      var met: Bool?

      init(_ figure: Figure) {
        (name, value, unit) = (figure.name, figure.value, figure.unit)
        (detail, met) = (figure.detail, figure.isMet)
        switch figure.limit {
        case .atMost(let bound): atMost = bound
        case .atLeast(let bound): atLeast = bound
        case nil: break
        }
      }
    }

    var quick: Bool
    var figures: [Line]
  }
}

extension [String] {
  /// Each once, in the order of their first coming.
  fileprivate var unique: [String] {
    var seen: Set<String> = []
    return filter { seen.insert($0).inserted }
  }
}
