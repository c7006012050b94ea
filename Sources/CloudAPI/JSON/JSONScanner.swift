import JobWatchCore

/// Walks through JSON text of a stranger, whose bytes may be anything, and finds where strings, objects and lists end.
///
/// A string ends at a quotation mark without a backslash, if something follows that may follow a string. A quotation
/// mark inside that lacks its backslash does not end it. Then the end is a guess, because nobody knows where that
/// string ended.
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
  /// Whether some string did not end by the strict rules of `endsMember`, so that from there on easier ones hold.
  private var isEasy = false

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  private static let quote = UInt8(ascii: "\"")
  private static let escape = UInt8(ascii: "\\")

  var current: UInt8? { byte(at: index) }

  private func byte(at index: Int) -> UInt8? { index < bytes.count ? bytes[index] : nil }

  /// Control characters count as blanks, because some senders pad with NUL.
  mutating func skipBlanks() { index = afterBlanks(index) }

  private func afterBlanks(_ start: Int) -> Int {
    var index = start
    while index < bytes.count, bytes[index] <= 0x20 { index += 1 }
    return index
  }

  /// Blanks, and commas, of which there may be one too many.
  mutating func skipSeparators() {
    skipBlanks()
    while current == UInt8(ascii: ",") {
      index += 1
      skipBlanks()
    }
  }

  /// Skips the object or the list that begins here, in one loop however deep it is. False if it does not end.
  mutating func skipContainer(strings place: Place) -> Bool {
    var depth = 0
    while let byte = current {
      switch byte {
      case Self.quote:
        guard let end = stringEnd(from: index + 1, place) else { return false }
        index = end
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
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
    if raw.contains(Self.quote), quotation(from: start, before: end) != nil { isGuessing = true }
    return LegibleText(raw.contains(Self.escape) ? unescaped(raw) : Array(raw)).text
  }

  /// The first quotation mark without a backslash.
  private func quotation(from start: Int, before end: Int) -> Int? {
    var index = start
    while index < end, bytes[index] != Self.quote { index += bytes[index] == Self.escape ? 2 : 1 }
    return index < end ? index : nil
  }

  private func stringEnd(from start: Int, _ place: Place) -> Int? {
    if place == .sound { return quotation(from: start, before: bytes.count) }
    var index = start
    while index < bytes.count {
      switch bytes[index] {
      case Self.quote:
        if mayEnd(at: index, place) { return index }
        index += 1
      case Self.escape:
        index += isHalfCharacter(at: index, from: start, place) ? 1 : 2
      default: index += 1
      }
    }
    return nil
  }

  private func mayEnd(at quote: Int, _ place: Place) -> Bool {
    let next = afterBlanks(quote + 1)
    guard let byte = byte(at: next) else { return isEasy || place == .root || place == .anywhere }
    return switch (place, byte) {
    case (.root, _), (.sound, _), (.name, UInt8(ascii: ":")), (.element, UInt8(ascii: ",")),
      (.element, UInt8(ascii: "]")), (.anywhere, UInt8(ascii: ",")),
      (.anywhere, UInt8(ascii: ":")), (.anywhere, UInt8(ascii: "}")),
      (.anywhere, UInt8(ascii: "]")):
      true
    case (.member, _): endsMember(before: next)
    default: false
    }
  }

  /// Whether the value of a member may end, by more than the next byte. Behind a comma stands a name with its colon.
  /// Behind the object's end stands a comma, another end, another text or a gateway's comment. With the easier rules
  /// the name needs no colon, and anything may follow the object's end.
  private func endsMember(before next: Int) -> Bool {
    let behind = afterBlanks(next + 1)
    switch (bytes[next], byte(at: behind)) {
    case (UInt8(ascii: "}"), _) where isEasy: return true
    case (UInt8(ascii: ","), nil): return isEasy
    case (UInt8(ascii: ","), UInt8(ascii: "}")), (UInt8(ascii: ","), UInt8(ascii: ",")),
      (UInt8(ascii: "}"), UInt8(ascii: ",")), (UInt8(ascii: "}"), UInt8(ascii: "}")),
      (UInt8(ascii: "}"), UInt8(ascii: "]")), (UInt8(ascii: "}"), nil),
      (UInt8(ascii: "}"), UInt8(ascii: "{")), (UInt8(ascii: "}"), UInt8(ascii: "<")):
      return true
    case (UInt8(ascii: ","), Self.quote):
      if isEasy { return true }
      let end = quotation(from: behind + 1, before: bytes.count) ?? bytes.count
      return byte(at: afterBlanks(end + 1)) == UInt8(ascii: ":")
    default: return false
    }
  }

  /// Whether a backslash is the second byte of a character of GBK right before the end of the string, and no escape.
  private func isHalfCharacter(at index: Int, from start: Int, _ place: Place) -> Bool {
    index > start && bytes[index - 1] >= 0x81 && byte(at: index + 1) == Self.quote
      && !UTF8Sequence.ends(bytes, at: index) && mayEnd(at: index + 1, place)
  }

  // MARK: Escapes

  /// With the escapes replaced; what is no escape stays as it is.
  private func unescaped(_ raw: ArraySlice<UInt8>) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(raw.count)
    var index = raw.startIndex
    while index < raw.endIndex {
      guard bytes[index] == Self.escape, index + 1 < raw.endIndex else {
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
      } else if let byte = Self.meaning(of: bytes[index + 1]) {
        text.append(byte)
        index += 2
      } else {
        text.append(Self.escape)
        index += 1
      }
    }
    return text
  }

  /// The meaning of the character behind a backslash; nil for one that makes no escape.
  private static func meaning(of byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "'"): byte
    case UInt8(ascii: "n"): 0x0A
    case UInt8(ascii: "t"): 0x09
    case UInt8(ascii: "r"): 0x0D
    case UInt8(ascii: "b"): 0x08
    case UInt8(ascii: "f"): 0x0C
    default: nil
    }
  }

  /// `\u` and four digits.
  private func codeUnit(at index: Int, before end: Int) -> UInt16? {
    guard index + 6 <= end, bytes[index] == Self.escape, bytes[index + 1] == UInt8(ascii: "u")
    else { return nil }
    var unit: UInt16 = 0
    for byte in bytes[(index + 2)..<(index + 6)] {
      guard let digit = Hexadecimal.value(of: byte) else { return nil }
      unit = unit << 4 | UInt16(digit)
    }
    return unit
  }
}
