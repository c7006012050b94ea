import CloudAPI
import Foundation
import JobWatchCore

/// Splits the bytes of a spool file into its entries, whatever its format.
enum SpoolText {
  enum Entry {
    case value(SpoolField)
    case plain(Substring)
    /// A line of JSON Lines that is no JSON, for this reason.
    case broken(String)
  }

  typealias Entries = [(place: SpoolFile.Place, entry: Entry)]

  /// Throws a reason to refuse the whole file.
  static func entries(_ bytes: some Collection<UInt8>) throws(Unacceptable) -> Entries {
    if bytes.count > SpoolFile.sizeLimit {
      throw Unacceptable("is larger than \(SpoolFile.sizeLimit >> 20) MiB: split it")
    }
    let text = try body(of: try decoded(Array(bytes)))
    let lines = contentLines(text)
    var entries: Entries = []
    switch lines.first?.text.first {
    case "[":
      let values = try decode(EntryList.self, text).values
      entries = values.enumerated().map { (.entry($0.offset + 1), .value($0.element)) }
    case "{" where lines.count > 1 && isLines(lines, text):
      try checkCount(lines.count)
      for line in jobLines(lines) {
        let isJSON = line.text.hasPrefix("{")
        entries += try (isJSON ? documents(line.text) : [.plain(line.text)]).map { (.line(line.number), $0) }
      }
    case "{":
      let all = try documents(text)
      let hasOne = all.count == 1
      entries = all.enumerated().map { (hasOne ? .file : .entry($0.offset + 1), $0.element) }
    case "+":
      entries = try SpoolLine.ids(ofTable: lines).map { (.line($0.number), .plain($0.text)) }
    default:
      entries = jobLines(lines).map { (.line($0.number), .plain($0.text)) }
    }
    entries = entries.flatMap { expanded($0.place, $0.entry) }
    if entries.isEmpty { throw Unacceptable("holds no job: write one job id per line, or JSON") }
    try checkCount(entries.count)
    return entries
  }

  /// Without comments.
  private static func jobLines(_ lines: [SpoolLine.Line]) -> [SpoolLine.Line] {
    lines.filter { !$0.text.hasPrefix("#") }
  }

  /// Whether each line stands for itself. Lines of JSON may have other lines among them, which is no JSON as a whole.
  private static func isLines(_ lines: [SpoolLine.Line], _ text: Substring) -> Bool {
    if lines.allSatisfy({ $0.text.hasPrefix("{") }) { return true }
    guard case .value = json(lines[0].text), case .broken = json(text) else { return false }
    return JSONText.documents(in: text) == nil
  }

  static func checkCount(_ count: Int) throws(Unacceptable) {
    guard count > SpoolFile.jobLimit else { return }
    throw Unacceptable("holds \(count) jobs: split it into files of at most \(SpoolFile.jobLimit)")
  }

  private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

  /// The text without a byte order mark, and without the Ctrl-Z that ends a text of DOS.
  private static func decoded(_ bytes: [UInt8]) throws(Unacceptable) -> Substring {
    do {
      var text = try WrittenText(bytes).text[...]
      let end = text.utf8.lastIndex { $0 != 0x0A && $0 != 0x0D }
      if let end, text.utf8[end] == 0x1A { text = text[..<end] }
      return text
    } catch {
      throw Unacceptable("\(error)")
    }
  }

  /// The text without the heads of HTTP answers, which `curl -i` prints before the body, a proxy's first.
  private static func body(of text: Substring) throws(Unacceptable) -> Substring {
    var text = text
    while text.hasPrefix("HTTP/") {
      let lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      guard let blank = lines.first(where: { $0.isEmpty || $0.elementsEqual([0x0D]) }) else {
        throw Unacceptable("is the head of an answer without its body: the job's id is in the body")
      }
      text = text[blank.endIndex...].drop { $0 == "\n" || $0 == "\r\n" }
    }
    return text
  }

  /// The trimmed lines that are not blank, with their numbers. White space includes a carriage return before the line
  /// feed, and the byte order mark of a file that was appended to another.
  private static func contentLines(_ text: Substring) -> [SpoolLine.Line] {
    // A carriage return alone ends a line where there is no line feed.
    let feed = UInt8(ascii: "\n")
    let end = text.utf8.contains(feed) ? feed : UInt8(ascii: "\r")
    return text.utf8.split(separator: end, omittingEmptySubsequences: false)
      .enumerated().compactMap { index, line in
        let isBlank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
        var head = line.drop(while: isBlank)
        if head.first == byteOrderMark[0], head.starts(with: byteOrderMark) {
          head = head.dropFirst(byteOrderMark.count).drop(while: isBlank)
        }
        guard let last = head.lastIndex(where: { !isBlank($0) }) else { return nil }
        return (index + 1, Substring(head[...last]))
      }
  }

  /// One document, or several that follow each other.
  private static func documents(_ text: Substring) throws(Unacceptable) -> [Entry] {
    let whole = json(text)
    guard case .broken = whole, let documents = JSONText.documents(in: text) else { return [whole] }
    try checkCount(documents.count)
    return documents.map(json)
  }

  private static func json(_ text: Substring) -> Entry {
    do throws(Unacceptable) {
      return .value(try decode(SpoolField.self, text))
    } catch {
      return .broken(error.reason)
    }
  }

  /// Replaces an object that is no entry itself by the members of its list.
  private static func expanded(_ place: SpoolFile.Place, _ entry: Entry) -> Entries {
    do throws(Unacceptable) {
      guard case .value(.object(let fields)) = entry, !SpoolCommand.isOne(fields),
        try FoundJobIDs.find(in: fields) == nil, let members = try FoundJobIDs.members(of: fields)
      else { return [(place, entry)] }
      return members.enumerated().map {
        (place == .file ? .entry($0.offset + 1) : place, .value($0.element))
      }
    } catch {
      return [(place, .broken(error.reason))]
    }
  }

  private static func decode<Value: Decodable>(_ type: Value.Type, _ text: Substring) throws(Unacceptable) -> Value {
    do {
      let value = try JSONDecoder().decode(type, from: Data(text.utf8))
      if let name = JSONText.repeatedName(of: FoundJobIDs.keys, in: text) {
        throw Unacceptable("\(name) stands twice in one object: submit the jobs one by one")
      }
      return value
    } catch let error as Unacceptable {
      throw error
    } catch {
      throw Unacceptable("is not valid JSON (\(detail(error))): is it whole?")
    }
  }

  private static func detail(_ error: any Error) -> String {
    guard case .dataCorrupted(let context)? = error as? DecodingError else { return "\(error)" }
    let cause = context.underlyingError.map { $0 as NSError }
    return cause?.userInfo["NSDebugDescription"] as? String ?? context.debugDescription
  }
}

/// The array of a file. Its length is known before its entries are decoded, and too many are not.
private struct EntryList: Decodable {
  var values: [SpoolField] = []

  init(from decoder: any Decoder) throws {
    var container = try decoder.unkeyedContainer()
    try SpoolText.checkCount(container.count ?? 0)
    while !container.isAtEnd { values.append(try container.decode(SpoolField.self)) }
  }
}
