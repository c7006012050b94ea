/// Text made of bytes that should be UTF-8 and may not be: as much as can be read of it, never nothing.
///
/// Bytes that are no UTF-8 are most often GB18030, the encoding of Chinese systems, or UTF-8 that was cut inside a
/// character. Both readings are tried, because nearly every text of one is bytes of the other too:
///
/// - Of cut UTF-8 all but the cut is UTF-8; of GB18030, by chance, a seventh.
/// - Half of a text in GB18030 is frequent characters: the first 40 rows of GB 2312, punctuation. UTF-8 read as GB18030
///   gives rare ones, and so do the accents of Latin-1. Three or more frequent characters and no other decide.
///
/// The whole decides first, and then each stretch between ASCII characters, because a message may be put together from
/// two sources. U+FFFD replaces what neither reads. A short text that is both is taken for UTF-8.
package struct LegibleText: Hashable, Sendable {
  package var text: String
  /// Whether `text`, in UTF-8, is the very bytes.
  package var isExact: Bool

  package init(_ bytes: [UInt8]) {
    if let exact = String(validating: bytes, as: UTF8.self) {
      (text, isExact) = (exact, true)
      return
    }
    isExact = false
    if let han = Self.han(bytes, fewest: 1) {
      text = han
    } else {
      text = Self.stretches(of: bytes)
    }
  }

  private static func stretches(of bytes: [UInt8]) -> String {
    var text = ""
    var index = 0
    while index < bytes.count {
      let isPlain = bytes[index] < 0x80
      let end = bytes[index...].firstIndex { ($0 < 0x80) != isPlain } ?? bytes.count
      let stretch = Array(bytes[index..<end])
      let han = isPlain || String(validating: stretch, as: UTF8.self) != nil ? nil : han(stretch, fewest: 2)
      text += han ?? String(decoding: stretch, as: UTF8.self)
      index = end
    }
    return text
  }

  /// The reading as GB18030; nil where that as UTF-8 is the likelier one.
  /// - Parameter fewest: so many frequent characters at least.
  private static func han(_ bytes: [UInt8], fewest: Int) -> String? {
    var (sound, broken) = (0, 0)
    var index = 0
    while index < bytes.count {
      let length = UTF8Sequence.length(bytes, at: index)
      if let length, !UTF8Sequence.isOdd(bytes, at: index) {
        sound += length
      } else if bytes[index] >= 0x80 {
        broken += length ?? 1
      }
      index += length ?? 1
    }
    let reading = HanReading(bytes)
    guard sound <= broken || reading.isEveryday else { return nil }
    return reading.isLikely && reading.frequent >= fewest ? reading.text : nil
  }
}

/// UTF-8, one character at a time, where not all bytes are.
package enum UTF8Sequence {
  /// The bytes of the character that begins at `index`, 2 to 4. Nil for ASCII, and for what is no character: a byte out
  /// of place, one written longer than it need be, half of a UTF-16 pair.
  package static func length(_ bytes: [UInt8], at index: Int) -> Int? {
    let length = (~bytes[index]).leadingZeroBitCount
    guard (2...4).contains(length), bytes.count - index >= length,
      String(validating: bytes[index..<index + length], as: UTF8.self) != nil
    else { return nil }
    return length
  }

  /// Whether a character of more than one byte ends right before `end`.
  package static func ends(_ bytes: [UInt8], at end: Int) -> Bool {
    (2...4).contains { end >= $0 && length(bytes, at: end - $0) == $0 }
  }

  /// Whether the character that begins at `index` is one of the private use area: bytes of another encoding make such
  /// characters by chance, and no service writes them.
  static func isOdd(_ bytes: [UInt8], at index: Int) -> Bool {
    bytes[index] == 0xEE || bytes[index] == 0xEF && bytes[index + 1] < 0xA4
  }
}
