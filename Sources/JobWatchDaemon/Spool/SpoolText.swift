import Foundation

/// Splits the bytes of a spool file into its entries, whatever its format.
enum SpoolText {
  enum Entry {
    case value(SpoolField)
    case plain(Substring)
    /// A line of JSON Lines that is no JSON.
    case broken(String)

    func submission() throws(Unacceptable) -> SpoolSubmission {
      switch self {
      case .value(let value): return try SpoolEntry(value).submission()
      case .plain(let line): return try SpoolText.plain(line)
      case .broken(let reason): throw Unacceptable(reason)
      }
    }
  }

  typealias Entries = [(SpoolFile.Place, Entry)]

  /// Throws what makes the file unacceptable as a whole.
  static func entries(_ bytes: some Collection<UInt8>) throws(Unacceptable) -> Entries {
    if bytes.count > SpoolFile.sizeLimit {
      throw Unacceptable("is larger than \(SpoolFile.sizeLimit >> 20) MiB: split it")
    }
    guard var text = String(validating: bytes, as: UTF8.self)?[...] else {
      throw Unacceptable("is not UTF-8: write it as UTF-8")
    }
    if text.hasPrefix("\u{FEFF}") { text.removeFirst() }
    let lines = contentLines(text)
    let entries: Entries
    switch lines.first?.text.first {
    case "[": entries = try array(text)
    case "{" where lines.count > 1 && lines.allSatisfy({ $0.text.hasPrefix("{") }):
      try checkCount(lines.count)
      entries = lines.map { (.line($0.number), jsonLine($0.text)) }
    case "{": entries = [(.file, .value(try decode(SpoolField.self, text)))]
    default:
      let jobs = lines.filter { !$0.text.hasPrefix("#") }
      entries = jobs.map { (.line($0.number), .plain($0.text)) }
    }
    if entries.isEmpty { throw Unacceptable("holds no job: write one job id per line, or JSON") }
    try checkCount(entries.count)
    return entries
  }

  /// Lines that hold more than white space, trimmed, with their numbers. A carriage return before the
  /// line feed counts as white space.
  private static func contentLines(_ text: Substring) -> [(number: Int, text: Substring)] {
    text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .enumerated().compactMap { index, line in
        let blank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
        let head = line.drop(while: blank)
        guard let last = head.lastIndex(where: { !blank($0) }) else { return nil }
        return (index + 1, Substring(head[...last]))
      }
  }

  private static func checkCount(_ count: Int) throws(Unacceptable) {
    guard count > SpoolFile.jobLimit else { return }
    throw Unacceptable("holds \(count) jobs: split it into files of at most \(SpoolFile.jobLimit)")
  }

  private static func array(_ text: Substring) throws(Unacceptable) -> Entries {
    let list = try decode(EntryList.self, text)
    try checkCount(list.count)
    return list.values.enumerated().map { (.entry($0.offset + 1), .value($0.element)) }
  }

  private static func jsonLine(_ line: Substring) -> Entry {
    do throws(Unacceptable) {
      return .value(try decode(SpoolField.self, line))
    } catch {
      return .broken(error.reason)
    }
  }

  private static func decode<Value: Decodable>(
    _ type: Value.Type, _ text: Substring
  ) throws(Unacceptable) -> Value {
    do {
      return try JSONDecoder().decode(type, from: Data(text.utf8))
    } catch {
      throw Unacceptable("is not valid JSON (\(detail(error))): is it whole?")
    }
  }

  /// What the parser says is wrong, and where.
  private static func detail(_ error: any Error) -> String {
    guard case .dataCorrupted(let context)? = error as? DecodingError else { return "\(error)" }
    let cause = context.underlyingError.map { $0 as NSError }
    return cause?.userInfo["NSDebugDescription"] as? String ?? context.debugDescription
  }

  private static func plain(_ line: Substring) throws(Unacceptable) -> SpoolSubmission {
    let words = line.split { $0 == " " || $0 == "\t" }.map(String.init)
    switch words.count {
    case 1: return SpoolSubmission(jobID: words[0])
    case 2: return SpoolSubmission(jobID: words[1], service: words[0])
    default:
      throw Unacceptable("must be \"job_id\" or \"service job_id\": use JSON for labels and more")
    }
  }
}

/// The array of a file. Its length is known before its entries are decoded, and too many are not.
private struct EntryList: Decodable {
  var count: Int
  var values: [SpoolField] = []

  init(from decoder: any Decoder) throws {
    var container = try decoder.unkeyedContainer()
    count = container.count ?? 0
    guard count <= SpoolFile.jobLimit else { return }
    while !container.isAtEnd { values.append(try container.decode(SpoolField.self)) }
  }
}
