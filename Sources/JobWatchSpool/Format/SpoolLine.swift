/// Entries that are not JSON: plain lines, and tables as `openstack` prints them.
enum SpoolLine {
  typealias Line = (number: Int, text: Substring)

  /// `job_id` or `service job_id`, where a job's URL may stand for its id.
  static func submission(_ line: Substring) throws(Unacceptable) -> SpoolSubmission {
    let words = line.split { $0 == " " || $0 == "\t" }.map(unquoted)
    switch words.count {
    case 1: return SpoolSubmission(word: words[0])
    case 2: return SpoolSubmission(word: words[1], service: words[0])
    default:
      throw Unacceptable("must be \"job_id\" or \"service job_id\": use JSON for labels and more")
    }
  }

  /// A word as it stands in a list or a program: in quotes, with a comma behind.
  private static func unquoted(_ word: Substring) -> String {
    var word = word
    if word.count > 1, word.last == "," { word.removeLast() }
    if word.count > 2, let quote = word.first, quote == "\"" || quote == "'", word.last == quote {
      word = word.dropFirst().dropLast()
    }
    return String(word)
  }

  /// The ids of a table, with the numbers of their lines: the cells below a heading `job_id`, or beside a cell of that
  /// name.
  static func ids(ofTable lines: [Line]) throws(Unacceptable) -> [Line] {
    let rows = lines.filter { $0.text.hasPrefix("|") }
      .map { (number: $0.number, cells: cells($0.text)) }
    let isName = { (cell: Substring) in FoundJobIDs.names.contains(String(cell)) }
    if rows.count > 1, let column = rows[0].cells.firstIndex(where: isName) {
      let ids = rows.dropFirst().filter { $0.cells.count > column }
      return ids.map { ($0.number, $0.cells[column]) }
    }
    let ids = rows.filter { $0.cells.count == 2 && isName($0.cells[0]) }
    guard !ids.isEmpty else {
      throw Unacceptable("the table has no job_id: show the reply to the call that began the job")
    }
    return ids.map { ($0.number, $0.cells[1]) }
  }

  private static func cells(_ row: Substring) -> [Substring] {
    row.split(separator: "|", omittingEmptySubsequences: false).dropFirst().dropLast().map { cell in
      var text = cell.drop { $0 == " " }
      while text.last == " " { text.removeLast() }
      return text
    }
  }
}
