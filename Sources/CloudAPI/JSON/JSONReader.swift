import JobWatchCore

/// Makes values of a stranger's JSON, for records, errors and progress alike. It is strict only where it must be.
///
/// Sound JSON is read as the standard says. One bad byte must not cost the rest of a record, because the cloud is about
/// to delete it. So it reads on over a string that is no UTF-8, half of a UTF-16 pair, a raw control character, an
/// unknown escape, a quotation mark without its backslash, `NaN`, a comma too many, a mark before the first byte and
/// anything behind the last.
///
/// JSON that is not whole is refused, above all an object that is not closed, because the missing end may say
/// anything. Whatever stands behind a quotation mark without its backslash is marked as a guess. A guess counts only
/// where nothing before it says the same.
///
/// Depth and number of values are bounded. A deeper value is null and further ones are left out; both are still skipped
/// to their end, so that the members around them are found. No function calls itself more than `depthLimit` times.
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
  static func read(
    _ bytes: [UInt8], valueLimit: Int = Self.valueLimit
  ) -> (value: JSONValue, isGuess: Bool)? {
    var reader = JSONReader(
      scanner: JSONScanner(JSONEncodingMark.removed(from: bytes)), valueLimit: valueLimit)
    reader.scanner.skipBlanks()
    guard reader.scanner.current != nil, let value = reader.value(.root, depth: 0) else {
      return nil
    }
    reader.scanner.skipBlanks()
    let isGuess = reader.scanner.isGuessing || reader.scanner.current != nil
    return (isGuess ? value.withoutRepeats : value, isGuess)
  }

  private mutating func value(_ place: JSONScanner.Place, depth: Int) -> JSONValue? {
    values += 1
    switch scanner.current {
    case UInt8(ascii: "\""): return scanner.string(place).map(JSONValue.string)
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      guard depth < Self.depthLimit, values <= valueLimit else {
        return scanner.skipContainer(strings: .anywhere) ? .null : nil
      }
      return scanner.current == UInt8(ascii: "{") ? object(depth: depth) : list(depth: depth)
    default: return bareWord()
    }
  }

  private mutating func object(depth: Int) -> JSONValue? {
    scanner.index += 1
    var members: [JSONObject.Member] = []
    while true {
      scanner.skipSeparators()
      if scanner.current == UInt8(ascii: "}") {
        scanner.index += 1
        return .object(JSONObject(members))
      }
      guard let member = member(depth: depth) else { return salvaged(members) }
      if values <= valueLimit { members.append(member) }
    }
  }

  private mutating func member(depth: Int) -> JSONObject.Member? {
    guard scanner.current == UInt8(ascii: "\""), let name = scanner.string(.name) else {
      return nil
    }
    scanner.skipBlanks()
    guard scanner.current == UInt8(ascii: ":") else { return nil }
    scanner.index += 1
    scanner.skipBlanks()
    let began = scanner.isGuessing
    guard let value = value(.member, depth: depth + 1) else { return nil }
    // The members of an object, and the elements of a list, each tell for themselves.
    let isGuess = value.isContainer ? began : scanner.isGuessing
    return .init(name: name, value: value, isGuess: isGuess)
  }

  /// The members before the place where an object went wrong behind a guess: they are sure. Nothing else is read.
  private mutating func salvaged(_ members: [JSONObject.Member]) -> JSONValue? {
    guard scanner.isGuessing, scanner.bytes.last(where: { $0 > 0x20 }) == UInt8(ascii: "}") else {
      return nil
    }
    scanner.index = scanner.bytes.count
    return .object(JSONObject(members))
  }

  private mutating func list(depth: Int) -> JSONValue? {
    scanner.index += 1
    var elements: [JSONValue] = []
    while true {
      scanner.skipSeparators()
      switch scanner.current {
      case UInt8(ascii: "]"):
        scanner.index += 1
        return .list(elements)
      case nil, UInt8(ascii: "}"), UInt8(ascii: ":"):
        return scanner.isGuessing ? .list(elements) : nil
      default:
        guard let value = value(.element, depth: depth + 1) else {
          return scanner.isGuessing ? .list(elements) : nil
        }
        if values <= valueLimit { elements.append(value) }
      }
    }
  }

  /// `true`, `null`, a number, or another word without quotation marks; null for nothing at all.
  private mutating func bareWord() -> JSONValue? {
    guard scanner.current != nil else { return nil }
    let start = scanner.index
    while let byte = scanner.current, byte > 0x20, !Self.endsBareWord(byte) { scanner.index += 1 }
    let word = LegibleText(Array(scanner.bytes[start..<scanner.index])).text
    switch word.lowercased() {
    case "true": return .truth(true)
    case "false": return .truth(false)
    case "", "null", "none", "nil", "undefined": return .null
    default: return .number(word)
    }
  }

  private static func endsBareWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "\""), UInt8(ascii: "{"),
      UInt8(ascii: "}"), UInt8(ascii: "["), UInt8(ascii: "]"):
      true
    default: false
    }
  }
}
