/// UTF-8, one character at a time, where not all bytes are.
package enum UTF8Sequence {
  /// The bytes of the character that begins at `index`, 2 to 4; nil for ASCII, and for what is no character: a
  /// byte out of place, one written longer than it need be, half of a UTF-16 pair.
  package static func length(_ bytes: [UInt8], at index: Int) -> Int? {
    let lead = bytes[index]
    let (length, second): (Int, ClosedRange<UInt8>)
    switch lead {
    case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
    case 0xE0: (length, second) = (3, 0xA0...0xBF)
    case 0xED: (length, second) = (3, 0x80...0x9F)
    case 0xE1...0xEF: (length, second) = (3, 0x80...0xBF)
    case 0xF0: (length, second) = (4, 0x90...0xBF)
    case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
    case 0xF4: (length, second) = (4, 0x80...0x8F)
    default: return nil
    }
    guard bytes.count - index >= length, second.contains(bytes[index + 1]) else { return nil }
    for offset in 2..<max(length, 2) where bytes[index + offset] & 0xC0 != 0x80 { return nil }
    return length
  }

  /// Whether a character of more than one byte ends right before `end`.
  package static func ends(_ bytes: [UInt8], at end: Int) -> Bool {
    for length in 2...4 where end >= length {
      if Self.length(bytes, at: end - length) == length { return true }
    }
    return false
  }

  /// Whether the character that begins at `index` is one of the private use area: bytes of another encoding make
  /// such characters by chance, and no service writes them.
  static func isOdd(_ bytes: [UInt8], at index: Int) -> Bool {
    bytes[index] == 0xEE || bytes[index] == 0xEF && bytes[index + 1] < 0xA4
  }
}
