import JobWatchCore

/// Makes values of a stranger's JSON, for records, errors, credentials and progress alike.
///
/// Sound JSON is read as the standard says. One bad byte must not cost the rest of a record, because the cloud is about
/// to delete it. The reader goes on over a string that is no UTF-8, half of a UTF-16 pair, a raw control character, an
/// unknown escape, a quotation mark without its backslash, `NaN`, a comma too many, a mark before the first byte and
/// anything behind the last.
///
/// An object that is not closed is refused, because the missing end may say anything. What stands behind a quotation
/// mark without its backslash is a guess, which counts only where nothing before it says the same.
///
/// Depth and number of values are bounded. A deeper value is null and further ones are left out; both are skipped to
/// their end, because the members behind them count. No function calls itself more than `depthLimit` times.
struct JSONReader {
  /// Containers within containers. Parts of parts, twenty deep, take sixty of them.
  static let depthLimit = 128
  /// Ten thousand parts have some hundred thousand; the largest answer has room for ten times as many.
  static let valueLimit = 400_000

  private var scanner: JSONScanner
  private let valueLimit: Int
  private var values = 0

  /// Nil for what is no JSON, or not whole.
  static func value(of bytes: [UInt8], valueLimit: Int = Self.valueLimit) -> JSONValue? {
    read(bytes, valueLimit: valueLimit)?.value
  }

  /// The value, and whether its structure is a guess, or more than blanks stands behind it.
  static func read(_ bytes: [UInt8], valueLimit: Int = Self.valueLimit) -> (value: JSONValue, isGuess: Bool)? {
    var reader = JSONReader(scanner: JSONScanner(utf8(bytes)), valueLimit: valueLimit)
    reader.scanner.skipBlanks()
    guard reader.scanner.current != nil, let value = reader.value(.root, depth: 0) else { return nil }
    reader.scanner.skipBlanks()
    let isGuess = reader.scanner.isGuessing || reader.scanner.current != nil
    return (isGuess ? value.withoutRepeats : value, isGuess)
  }

  private mutating func value(_ place: JSONScanner.Place, depth: Int) -> JSONValue? {
    values += 1
    switch scanner.current {
    case "\"": return scanner.string(place).map(JSONValue.string)
    case "{", "[":
      guard depth < Self.depthLimit, values <= valueLimit else {
        return scanner.skipContainer(strings: .anywhere) ? .null : nil
      }
      return scanner.current == "{" ? object(depth: depth) : list(depth: depth)
    default: return bareWord()
    }
  }

  private mutating func object(depth: Int) -> JSONValue? {
    scanner.index += 1
    var members: [JSONObject.Member] = []
    while true {
      scanner.skipSeparators()
      if scanner.current == "}" {
        scanner.index += 1
        return .object(JSONObject(members))
      }
      guard let member = member(depth: depth) else { return salvaged(members) }
      if values <= valueLimit { members.append(member) }
    }
  }

  private mutating func member(depth: Int) -> JSONObject.Member? {
    guard scanner.current == "\"", let name = scanner.string(.name) else { return nil }
    scanner.skipBlanks()
    guard scanner.current == ":" else { return nil }
    scanner.index += 1
    scanner.skipBlanks()
    let began = scanner.isGuessing
    guard let value = value(.member, depth: depth + 1) else { return nil }
    // The members of an object, and the elements of a list, each tell for themselves.
    let isContainer = value.object != nil || value.list != nil
    return .init(name: name, value: value, isGuess: isContainer ? began : scanner.isGuessing)
  }

  /// The members before the place where an object went wrong behind a guess: they are sure. Nothing else is read.
  private mutating func salvaged(_ members: [JSONObject.Member]) -> JSONValue? {
    guard scanner.isGuessing, scanner.bytes.last(where: { $0 > 0x20 }) == "}" else { return nil }
    scanner.index = scanner.bytes.count
    return .object(JSONObject(members))
  }

  private mutating func list(depth: Int) -> JSONValue? {
    scanner.index += 1
    var elements: [JSONValue] = []
    while true {
      scanner.skipSeparators()
      switch scanner.current {
      case "]":
        scanner.index += 1
        return .list(elements)
      case nil, "}", ":": return scanner.isGuessing ? .list(elements) : nil
      default:
        guard let value = value(.element, depth: depth + 1) else { return scanner.isGuessing ? .list(elements) : nil }
        if values <= valueLimit { elements.append(value) }
      }
    }
  }

  /// `true`, `null`, a number, or another word without quotation marks; null for nothing at all.
  private mutating func bareWord() -> JSONValue? {
    guard scanner.current != nil else { return nil }
    let start = scanner.index
    while let byte = scanner.current, byte > 0x20, !",:\"{}[]".utf8.contains(byte) {
      scanner.index += 1
    }
    let word = LegibleText(Array(scanner.bytes[start..<scanner.index])).text
    switch word.lowercased() {
    case "true": return .truth(true)
    case "false": return .truth(false)
    case "", "null", "none", "nil", "undefined": return .null
    default: return .number(word)
    }
  }

  // MARK: The encoding

  /// The text in UTF-8, without the mark by which some senders say how it is encoded, though JSON must not have one
  /// (RFC 8259, section 8.1). UTF-16, with a mark or without, is translated.
  private static func utf8(_ bytes: [UInt8]) -> [UInt8] {
    switch (bytes.first, bytes.dropFirst().first) {
    case (0xEF, 0xBB) where bytes.dropFirst(2).first == 0xBF: Array(bytes.dropFirst(3))
    case (0xFE, 0xFF): utf8(bytes.dropFirst(2), isBigEndian: true)
    case (0xFF, 0xFE): utf8(bytes.dropFirst(2), isBigEndian: false)
    case (0, .some): utf8(bytes[...], isBigEndian: true)
    case ("{", 0), ("[", 0): utf8(bytes[...], isBigEndian: false)
    default: bytes
    }
  }

  private static func utf8(_ bytes: ArraySlice<UInt8>, isBigEndian: Bool) -> [UInt8] {
    let units = stride(from: bytes.startIndex, to: bytes.endIndex - 1, by: 2).map { index in
      let (first, second) = (UInt16(bytes[index]), UInt16(bytes[index + 1]))
      return isBigEndian ? first << 8 | second : second << 8 | first
    }
    return Array(String(decoding: units, as: UTF16.self).utf8)
  }
}

/// Questions about JSON text that are answered before it is decoded.
package enum JSONText {
  /// The objects and lists of a text that has two or more of them one behind another, with blanks or commas between, as
  /// a loop of `curl` leaves them. Nil for any other text.
  package static func documents(in text: Substring) -> [Substring]? {
    var scanner = JSONScanner(Array(text.utf8))
    var documents: [Substring] = []
    while true {
      scanner.skipSeparators()
      let start = scanner.index
      guard let byte = scanner.current else { return documents.count > 1 ? documents : nil }
      guard byte == "{" || byte == "[", scanner.skipContainer(strings: .sound) else { return nil }
      let begin = text.utf8.index(text.startIndex, offsetBy: start)
      documents.append(text[begin..<text.utf8.index(begin, offsetBy: scanner.index - start)])
    }
  }

  /// The first of `names` that one object has twice, because most parsers keep only one of the two.
  package static func repeatedName(of names: Set<String>, in text: Substring) -> String? {
    JSONReader.value(of: Array(text.utf8), valueLimit: .max)?.repeatedName(of: names)
  }
}
