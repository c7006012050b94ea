extension TextTable {
  /// The table in lines of at most `width` columns, as far as shortening the cells of `columns` makes it so: the first
  /// of them gives way before the second. A shortened cell ends in "…" and keeps `shortest` columns.
  func lines(width: Int?, shortening columns: [Int], shortest: Int = 6) -> [String] {
    var fitted = self
    for column in columns {
      guard let width else { break }
      let excess = fitted.width - width
      if excess <= 0 { break }
      let widest = fitted.rows.map { $0.indices.contains(column) ? $0[column].count : 0 }.max() ?? 0
      fitted.shorten(column, to: max(widest - excess, shortest))
    }
    return fitted.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  private var width: Int {
    text.split(separator: "\n").map(\.count).max() ?? 0
  }

  private mutating func shorten(_ column: Int, to limit: Int) {
    for row in rows.indices where rows[row].indices.contains(column) {
      let cell = rows[row][column]
      if cell.count > limit { rows[row][column] = cell.prefix(limit - 1) + "…" }
    }
  }
}
