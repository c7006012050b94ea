import JobWatchCore

/// Reads JSON that a stranger wrote, and is strict only where it must be.
///
/// Whole JSON is read as the standard says. One bad byte must not cost the rest of a record, which the cloud is about to
/// delete: a string that is no UTF-8, half of a UTF-16 pair, a raw control character, an escape that is none, a
/// quotation mark without one, `NaN`, a comma too many, a mark before the first byte or anything behind the
/// last. A reader that refuses any of them loses all; so there is one, for records, errors and progress alike.
///
/// Refused is what is not whole, an object that is not closed above all: the end of an answer that broke off may say
/// anything. And what stands behind a quotation mark without its escape is a guess, because nobody knows where that
/// string ended: it is read and marked as one, and says nothing that what stands before it says.
///
/// Bounded in depth and in values. What is deeper is null and what is more is left out; both are still
/// read over, so that the members around them are found. No call nests deeper than `depthLimit`.
struct JSONReader {
  /// Containers within containers. Parts of parts, twenty deep, take sixty of them.
  static let depthLimit = 128
  /// Ten thousand parts have some hundred thousand; the largest answer has room for ten times as many.
  static let valueLimit = 400_000

  /// Where a value stands: it decides what may follow a string.
  enum Place {
    case root, name, member, element
  }

  var bytes: [UInt8]
  var index = 0
  /// A string had a quotation mark inside.
  var isGuessing = false
  /// What tells the end of a string beyond doubt was looked for in vain.
  var isEasy = false
  private var values = 0

  /// Nil for what is no JSON, or not whole.
  static func value(of bytes: [UInt8]) -> JSONValue? { read(bytes)?.value }

  /// The value, and whether its structure is a guess, or more than blanks stands behind it.
  static func read(_ bytes: [UInt8]) -> (value: JSONValue, isGuess: Bool)? {
    var reader = JSONReader(bytes: JSONEncodingMark.removed(from: bytes))
    reader.skipBlanks()
    guard reader.current != nil, let value = reader.value(.root, depth: 0) else { return nil }
    reader.skipBlanks()
    let isGuess = reader.isGuessing || reader.current != nil
    return (isGuess ? value.withoutRepeats : value, isGuess)
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  var current: UInt8? { index < bytes.count ? bytes[index] : nil }

  /// Control characters between values are taken for blanks: some pad with NUL.
  private mutating func skipBlanks() { index = afterBlanks(index) }

  func afterBlanks(_ start: Int) -> Int {
    var index = start
    while index < bytes.count, bytes[index] <= 0x20 { index += 1 }
    return index
  }

  /// Blanks, and commas, of which there may be one too many.
  private mutating func skipSeparators() {
    skipBlanks()
    while current == UInt8(ascii: ",") {
      index += 1
      skipBlanks()
    }
  }

  private mutating func value(_ place: Place, depth: Int) -> JSONValue? {
    values += 1
    switch current {
    case UInt8(ascii: "\""): return string(place).map(JSONValue.string)
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      guard depth < Self.depthLimit, values <= Self.valueLimit else { return skipped() }
      return current == UInt8(ascii: "{") ? object(depth: depth) : list(depth: depth)
    default: return bareWord()
    }
  }

  private mutating func object(depth: Int) -> JSONValue? {
    index += 1
    var members: [JSONObject.Member] = []
    while true {
      skipSeparators()
      if current == UInt8(ascii: "}") {
        index += 1
        return .object(JSONObject(members))
      }
      guard let member = member(depth: depth) else { return salvaged(members) }
      if values <= Self.valueLimit { members.append(member) }
    }
  }

  private mutating func member(depth: Int) -> JSONObject.Member? {
    guard current == UInt8(ascii: "\""), let name = string(.name) else { return nil }
    skipBlanks()
    guard current == UInt8(ascii: ":") else { return nil }
    index += 1
    skipBlanks()
    let began = isGuessing
    guard let value = value(.member, depth: depth + 1) else { return nil }
    // Of what a list or an object holds, each tells for itself.
    let isGuess = value.isContainer ? began : isGuessing
    return .init(name: name, value: value, isGuess: isGuess)
  }

  /// What was read of an object that went wrong behind a guess: what stands before that is sure. Nothing else is read.
  private mutating func salvaged(_ members: [JSONObject.Member]) -> JSONValue? {
    guard isGuessing, bytes.last(where: { $0 > 0x20 }) == UInt8(ascii: "}") else { return nil }
    index = bytes.count
    return .object(JSONObject(members))
  }

  private mutating func list(depth: Int) -> JSONValue? {
    index += 1
    var elements: [JSONValue] = []
    while true {
      skipSeparators()
      guard let byte = current else { return isGuessing ? .list(elements) : nil }
      if byte == UInt8(ascii: "]") {
        index += 1
        return .list(elements)
      }
      if byte == UInt8(ascii: "}") || byte == UInt8(ascii: ":") {
        return isGuessing ? .list(elements) : nil
      }
      guard let value = value(.element, depth: depth + 1) else {
        return isGuessing ? .list(elements) : nil
      }
      if values <= Self.valueLimit { elements.append(value) }
    }
  }

  /// `true`, `null`, a number, or what else stands there without quotation marks; null for nothing at all.
  private mutating func bareWord() -> JSONValue? {
    guard current != nil else { return nil }
    let start = index
    while let byte = current, byte > 0x20, !Self.endsBareWord(byte) { index += 1 }
    let word = LegibleText(Array(bytes[start..<index])).text
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

  /// An object or a list that is not kept, to its end and in one loop, however deep it is.
  private mutating func skipped() -> JSONValue? {
    var depth = 0
    while let byte = current {
      switch byte {
      case UInt8(ascii: "\""):
        guard let end = stringEnd(from: index + 1, nil) else { return nil }
        index = end
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
      default: break
      }
      index += 1
      if depth == 0 { return .null }
    }
    return nil
  }
}
