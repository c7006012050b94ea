import JobWatchCore

/// The strings of JSON, whose bytes may be anything.
extension JSONReader {
  /// From its opening quotation mark on; nil if it does not end.
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
    if hasBareQuote(raw) { isGuessing = true }
    let text = raw.contains(Self.escape) ? unescaped(raw) : Array(raw)
    return LegibleText(text).text
  }

  private static let quote = UInt8(ascii: "\"")
  private static let escape = UInt8(ascii: "\\")

  /// The place of the quotation mark that ends the string: not an escaped one, and not one that stands
  /// inside without its escape, which is any that nothing follows that may follow a string.
  /// - Parameter place: nil: any.
  func stringEnd(from start: Int, _ place: Place?) -> Int? {
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

  /// Whether a quotation mark without an escape stands in it: then it may have ended there.
  private func hasBareQuote(_ raw: ArraySlice<UInt8>) -> Bool {
    guard raw.contains(Self.quote) else { return false }
    var index = raw.startIndex
    while index < raw.endIndex {
      if raw[index] == Self.quote { return true }
      index += raw[index] == Self.escape ? 2 : 1
    }
    return false
  }

  private func mayEnd(at quote: Int, _ place: Place?) -> Bool {
    let next = afterBlanks(quote + 1)
    guard next < bytes.count else { return isEasy || place == .root || place == nil }
    if !isEasy, place == .member { return endsMember(before: next) }
    switch (place, bytes[next]) {
    case (.root, _), (.name, UInt8(ascii: ":")), (.member, UInt8(ascii: "}")),
      (.element, UInt8(ascii: ",")), (.element, UInt8(ascii: "]")):
      return true
    case (.member, UInt8(ascii: ",")):
      let behind = afterBlanks(next + 1)
      return behind == bytes.count
        || [Self.quote, UInt8(ascii: "}"), UInt8(ascii: ",")]
          .contains(bytes[behind])
    case (nil, UInt8(ascii: ",")), (nil, UInt8(ascii: ":")), (nil, UInt8(ascii: "}")),
      (nil, UInt8(ascii: "]")):
      return true
    default: return false
    }
  }

  /// As `mayEnd`, for the value of a member, by more than the next byte: behind a comma there is a name with its
  /// colon, and behind the object's end a comma, another end, another text or a gateway's comment.
  private func endsMember(before next: Int) -> Bool {
    let behind = afterBlanks(next + 1)
    let follower = behind < bytes.count ? bytes[behind] : nil
    switch (bytes[next], follower) {
    case (UInt8(ascii: ","), UInt8(ascii: "}")), (UInt8(ascii: ","), UInt8(ascii: ",")),
      (UInt8(ascii: "}"), UInt8(ascii: ",")), (UInt8(ascii: "}"), UInt8(ascii: "}")),
      (UInt8(ascii: "}"), UInt8(ascii: "]")), (UInt8(ascii: "}"), nil),
      (UInt8(ascii: "}"), UInt8(ascii: "{")), (UInt8(ascii: "}"), UInt8(ascii: "<")):
      return true
    case (UInt8(ascii: ","), Self.quote):
      var end = behind + 1
      while end < bytes.count, bytes[end] != Self.quote { end += bytes[end] == Self.escape ? 2 : 1 }
      let colon = afterBlanks(end + 1)
      return colon < bytes.count && bytes[colon] == UInt8(ascii: ":")
    default: return false
    }
  }

  /// Whether a backslash is the second byte of a character of GBK, right before the end of the string, and no escape.
  private func isHalfCharacter(at index: Int, from start: Int, _ place: Place?) -> Bool {
    index > start && bytes[index - 1] >= 0x81 && index + 1 < bytes.count
      && bytes[index + 1] == Self.quote && !UTF8Sequence.ends(bytes, at: index)
      && mayEnd(at: index + 1, place)
  }

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
      if bytes[index + 1] == UInt8(ascii: "u"),
        let (scalar, length) = escapedScalar(at: index, before: raw.endIndex)
      {
        text += Array(String(scalar).utf8)
        index += length
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

  /// Of the character behind a backslash; nil for one that makes no escape.
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

  /// Of `\u` and four digits, or two of these that make one character; U+FFFD for half of such a pair.
  private func escapedScalar(at index: Int, before end: Int) -> (Unicode.Scalar, length: Int)? {
    guard let unit = codeUnit(at: index, before: end) else { return nil }
    if let scalar = Unicode.Scalar(unit) { return (scalar, 6) }
    if (0xD800...0xDBFF).contains(unit), let second = codeUnit(at: index + 6, before: end),
      (0xDC00...0xDFFF).contains(second)
    {
      let number = 0x10000 + (UInt32(unit) - 0xD800) << 10 + UInt32(second) - 0xDC00
      return Unicode.Scalar(number).map { ($0, 12) }
    }
    return ("\u{FFFD}", 6)
  }

  private func codeUnit(at index: Int, before end: Int) -> UInt16? {
    guard index + 6 <= end, bytes[index] == Self.escape, bytes[index + 1] == UInt8(ascii: "u")
    else { return nil }
    var unit: UInt16 = 0
    for byte in bytes[(index + 2)..<(index + 6)] {
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return nil }
      unit = unit << 4 | UInt16(digit)
    }
    return unit
  }
}
