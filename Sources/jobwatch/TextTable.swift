/// Rows of text in aligned columns, two spaces apart.
struct TextTable {
  var rows: [[String]]

  var text: String { lines.joined(separator: "\n") }

  var lines: [String] {
    let widths = (0..<(rows.map(\.count).max() ?? 0)).map { column in
      rows.map { $0.indices.contains(column) ? $0[column].count : 0 }.max() ?? 0
    }
    return rows.map { row in
      // No line ends in blanks: the last cell of a row is not padded.
      let last = row.lastIndex { !$0.isEmpty } ?? 0
      return zip(row.prefix(last + 1), widths).enumerated().map { column, cell in
        column == last ? cell.0 : cell.0 + String(repeating: " ", count: cell.1 - cell.0.count)
      }.joined(separator: "  ")
    }
  }

  var width: Int { lines.map(\.count).max() ?? 0 }
}

/// How a table with a heading is made as narrow as the terminal. The columns of least importance come first.
struct TableFit {
  /// The headings of columns whose cells may be cut, with the shortest length.
  var shortening: [(heading: String, shortest: Int)] = []
  /// The headings of columns that may be left out, where cutting is not enough.
  var dropping: [String] = []

  /// The lines of a table whose first row is the heading. They are wider than `width` only where nothing more may go.
  func lines(_ rows: [[String]], width: Int?) -> [String] {
    guard let width else { return TextTable(rows: rows).lines }
    var table = shortened(rows, to: width)
    for count in dropping.indices where table.width > width {
      table = shortened(dropping[...count].reduce(rows, Self.without), to: width)
    }
    return table.lines
  }

  static func without(_ rows: [[String]], _ heading: String) -> [[String]] {
    guard let column = rows.first?.firstIndex(of: heading) else { return rows }
    return rows.map { row in row.indices.filter { $0 != column }.map { row[$0] } }
  }

  private func shortened(_ rows: [[String]], to width: Int) -> TextTable {
    var table = TextTable(rows: rows)
    for (heading, shortest) in shortening {
      let excess = table.width - width
      guard excess > 0, let column = rows.first?.firstIndex(of: heading) else { continue }
      let widest = table.rows.map { $0[column].count }.max() ?? 0
      let limit = max(widest - excess, shortest)
      for row in table.rows.indices where table.rows[row][column].count > limit {
        table.rows[row][column] = table.rows[row][column].prefix(limit - 1) + "…"
      }
    }
    return table
  }
}
