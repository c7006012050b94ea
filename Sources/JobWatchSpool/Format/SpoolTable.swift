/// A table as `openstack` prints it: lines of `+` and `-`, and cells between `|`.
enum SpoolTable {
  typealias Line = (number: Int, text: Substring)

  /// The ids that stand in it, in a column of that name or beside it, with the numbers of their lines.
  static func ids(_ lines: [Line]) throws(Unacceptable) -> [(number: Int, id: Substring)] {
    let rows = lines.filter { $0.text.hasPrefix("|") }
      .map { (number: $0.number, cells: cells($0.text)) }
    let names = FoundJobIDs.names
    if let head = rows.first?.cells, rows.count > 1,
      let column = head.firstIndex(where: { names.contains(String($0)) })
    {
      let ids = rows.dropFirst().filter { $0.cells.count > column }
      return ids.map { ($0.number, $0.cells[column]) }
    }
    let ids = rows.filter { $0.cells.count == 2 && names.contains(String($0.cells[0])) }
    guard !ids.isEmpty else {
      throw Unacceptable("the table has no job_id: show the reply to the call that began the job")
    }
    return ids.map { ($0.number, $0.cells[1]) }
  }

  private static func cells(_ line: Substring) -> [Substring] {
    line.split(separator: "|", omittingEmptySubsequences: false).dropFirst().dropLast()
      .map { $0.drop { $0 == " " }.trimmed }
  }
}

extension Substring {
  fileprivate var trimmed: Substring {
    var text = self
    while text.last == " " { text.removeLast() }
    return text
  }
}
