/// The mark that some senders put in front of a text to say how it is encoded. JSON must not have one (RFC 8259,
/// section 8.1).
enum JSONEncodingMark {
  /// The text in UTF-8 and without a mark. UTF-16, with a mark or without, is translated.
  static func removed(from bytes: [UInt8]) -> [UInt8] {
    switch (bytes.first, bytes.dropFirst().first) {
    case (0xEF, 0xBB) where bytes.dropFirst(2).first == 0xBF: Array(bytes.dropFirst(3))
    case (0xFE, 0xFF): utf8(bytes.dropFirst(2), isBigEndian: true)
    case (0xFF, 0xFE): utf8(bytes.dropFirst(2), isBigEndian: false)
    case (0, .some): utf8(bytes[...], isBigEndian: true)
    case (UInt8(ascii: "{"), 0), (UInt8(ascii: "["), 0): utf8(bytes[...], isBigEndian: false)
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
