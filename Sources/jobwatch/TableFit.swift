/// How a table with a heading is made to fit: which columns give way, first those of least
/// importance.
struct TableFit {
  /// The headings of columns that may be cut, with what is left of them at least.
  let shortening: [(heading: String, shortest: Int)]
  /// The headings of columns that may go altogether, where cutting is not enough.
  var dropping: [String] = []

  /// The lines of `rows`, of which the first is the heading; at most `width` columns wide as far as
  /// that can be had.
  func lines(_ rows: [[String]], width: Int?) -> [String] {
    var table = TextTable(rows: rows)
    if let width {
      table = shortened(rows, to: width)
      for count in dropping.indices where table.width > width {
        table = shortened(dropping[...count].reduce(rows, Self.without), to: width)
      }
    }
    return table.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  static func without(_ rows: [[String]], _ heading: String) -> [[String]] {
    guard let column = rows.first?.firstIndex(of: heading) else { return rows }
    return rows.map { row in
      row.enumerated().filter { $0.offset != column }.map(\.element)
    }
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

extension TextTable {
  fileprivate var width: Int { text.split(separator: "\n").map(\.count).max() ?? 0 }
}
