import JobWatchCore

/// Walks through JSON text of a stranger, whose bytes may be anything, and finds where strings, objects and lists end.
///
/// A string ends at a quotation mark without a backslash, if something follows that may follow a string. Where another
/// such mark stands inside, the end is a guess.
struct JSONScanner {
  /// Where a string stands, which decides what may follow it.
  enum Place {
    case root, name, member, element
    /// Somewhere in a value that is skipped.
    case anywhere
    /// In JSON that is known to be sound, or of no use otherwise: the first quotation mark ends the string.
    case sound
  }

  let bytes: [UInt8]
  var index = 0
  /// Whether a string had a quotation mark inside.
  private(set) var isGuessing = false
  /// Whether some string did not end by the strict rules of `endsMember`: from there on easier ones hold.
  private var isEasy = false

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var current: UInt8? { byte(at: index) }

  private func byte(at index: Int) -> UInt8? { index < bytes.count ? bytes[index] : nil }

  /// Control characters count as blanks, because some senders pad with NUL.
  mutating func skipBlanks() { index = afterBlanks(index) }

  private func afterBlanks(_ start: Int) -> Int {
    var index = start
    while index < bytes.count, bytes[index] <= 0x20 { index += 1 }
    return index
  }

  /// Blanks and commas: some senders write one comma too many.
  mutating func skipSeparators() {
    while let byte = current, byte <= 0x20 || byte == "," { index += 1 }
  }

  /// Skips the object or the list that begins here, in one loop however deep it is. False if it does not end.
  mutating func skipContainer(strings place: Place) -> Bool {
    var depth = 0
    while let byte = current {
      switch byte {
      case "\"":
        guard let end = stringEnd(from: index + 1, place) else { return false }
        index = end
      case "{", "[": depth += 1
      case "}", "]": depth -= 1
      default: break
      }
      index += 1
      if depth == 0 { return true }
    }
    return false
  }

  // MARK: Strings

  /// Reads the string that begins here; nil if it does not end.
  mutating func string(_ place: Place) -> String? {
    let start = index + 1
    var end = isEasy ? nil : stringEnd(from: start, place)
    if end == nil {
      isEasy = true
      end = stringEnd(from: start, place)
    }
    guard let end else { return nil }
    index = end + 1
    let raw = bytes[start..<end]
    if raw.contains(UInt8(ascii: "\"")), quotation(from: start, before: end) != nil { isGuessing = true }
    return LegibleText(raw.contains(UInt8(ascii: "\\")) ? unescaped(raw) : Array(raw)).text
  }

  /// The first quotation mark without a backslash.
  private func quotation(from start: Int, before end: Int) -> Int? {
    var index = start
    while index < end, bytes[index] != "\"" { index += bytes[index] == "\\" ? 2 : 1 }
    return index < end ? index : nil
  }

  private func stringEnd(from start: Int, _ place: Place) -> Int? {
    if place == .sound { return quotation(from: start, before: bytes.count) }
    var index = start
    while index < bytes.count {
      switch bytes[index] {
      case "\"" where mayEnd(at: index, place): return index
      case "\\" where !isHalfCharacter(at: index, from: start, place): index += 2
      default: index += 1
      }
    }
    return nil
  }

  private func mayEnd(at quote: Int, _ place: Place) -> Bool {
    let next = afterBlanks(quote + 1)
    guard let byte = byte(at: next) else { return isEasy || place == .root || place == .anywhere }
    return switch place {
    case .root, .sound: true
    case .name: byte == ":"
    case .element: byte == "," || byte == "]"
    case .anywhere: ",:}]".utf8.contains(byte)
    case .member: endsMember(before: next)
    }
  }

  /// Whether the value of a member may end, by more than the next byte. Behind a comma stands a name with its colon.
  /// Behind the object's end stands a comma, another end, another text or a gateway's comment. With the easier rules
  /// the name needs no colon, and anything may follow the object's end.
  private func endsMember(before next: Int) -> Bool {
    let behind = afterBlanks(next + 1)
    switch (bytes[next], byte(at: behind)) {
    case ("}", let byte): return isEasy || byte.map(",}]{<".utf8.contains) ?? true
    case (",", nil): return isEasy
    case (",", "}"), (",", ","): return true
    case (",", "\""):
      let end = quotation(from: behind + 1, before: bytes.count) ?? bytes.count
      return isEasy || byte(at: afterBlanks(end + 1)) == ":"
    default: return false
    }
  }

  /// Whether a backslash is the second byte of a character of GBK right before the end of the string, and no escape.
  private func isHalfCharacter(at index: Int, from start: Int, _ place: Place) -> Bool {
    index > start && bytes[index - 1] >= 0x81 && byte(at: index + 1) == "\""
      && !UTF8Sequence.ends(bytes, at: index) && mayEnd(at: index + 1, place)
  }

  // MARK: Escapes

  /// The characters behind a backslash that make an escape, with their meanings.
  private static let escapes = Dictionary(uniqueKeysWithValues: zip("\"\\/'ntrbf".utf8, "\"\\/'\n\t\r\u{8}\u{c}".utf8))

  /// With the escapes replaced; what is no escape stays as it is.
  private func unescaped(_ raw: ArraySlice<UInt8>) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(raw.count)
    var index = raw.startIndex
    while index < raw.endIndex {
      guard bytes[index] == "\\", index + 1 < raw.endIndex else {
        text.append(bytes[index])
        index += 1
        continue
      }
      var units: [UInt16] = []
      while let unit = codeUnit(at: index, before: raw.endIndex) {
        units.append(unit)
        index += 6
      }
      if !units.isEmpty {
        // Half of a pair becomes U+FFFD.
        text += Array(String(decoding: units, as: UTF16.self).utf8)
      } else if let byte = Self.escapes[bytes[index + 1]] {
        text.append(byte)
        index += 2
      } else {
        text.append(bytes[index])
        index += 1
      }
    }
    return text
  }

  /// `\u` and four digits.
  private func codeUnit(at index: Int, before end: Int) -> UInt16? {
    guard index + 6 <= end, bytes[index] == "\\", bytes[index + 1] == "u" else { return nil }
    var unit: UInt16 = 0
    for byte in bytes[(index + 2)..<(index + 6)] {
      guard let digit = byte.hexadecimalValue else { return nil }
      unit = unit << 4 | UInt16(digit)
    }
    return unit
  }
}
