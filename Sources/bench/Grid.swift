/// A table for people.
struct Grid: Sendable {
  var title = ""
  var rows: [[String]]

  /// In columns as wide as their widest cell.
  var text: String {
    let columns = rows.first?.indices ?? 0..<0
    let widths = columns.map { column in rows.map { $0[column].count }.max() ?? 0 }
    let lines = rows.map { row in
      zip(row, widths).map { cell, width in
        cell + String(repeating: " ", count: width - cell.count)
      }.joined(separator: "  ").replacing(#/ +$/#, with: "")
    }
    return ((title.isEmpty ? [] : [title, ""]) + lines).joined(separator: "\n")
  }
}
