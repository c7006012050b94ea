/// What a person wrote into a file: UTF-8, with or without the byte order mark that some editors put in front of it.
///
/// A mark further on stays, because files were joined there, and whoever reads the text says so. UTF-16 is not read,
/// because without a mark it has to be guessed, and a wrong guess makes another secret of a right one.
package struct WrittenText: Sendable {
  package let text: String

  package init(_ bytes: some Collection<UInt8>) throws(WrongEncoding) {
    let bytes = try Self.unmarked(bytes)
    guard let text = String(validating: bytes, as: UTF8.self) else { throw .unknown }
    if bytes.contains(0) { throw .zeros }
    self.text = text
  }

  /// The bytes after the mark, for formats in which other text need not be UTF-8.
  package static func unmarked<Bytes: Collection<UInt8>>(_ bytes: Bytes) throws(WrongEncoding) -> Bytes.SubSequence {
    if let name = otherEncoding(Array(bytes.prefix(4))) { throw .named(name) }
    return bytes.starts(with: mark) ? bytes.dropFirst(mark.count) : bytes[...]
  }

  /// U+FEFF, in UTF-8.
  private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

  /// By its mark, or by the zeros of its first character, which is always ASCII here: the table of
  /// https://yaml.org/spec/1.2.2/#52-character-encodings. The names are those of iconv(1).
  private static func otherEncoding(_ head: [UInt8]) -> String? {
    if head == [0xFF, 0xFE, 0, 0] || head == [0, 0, 0xFE, 0xFF] { return "UTF-32" }
    if head.starts(with: [0xFF, 0xFE]) || head.starts(with: [0xFE, 0xFF]) { return "UTF-16" }
    if head == [0x84, 0x31, 0x95, 0x33] { return "GB18030" }
    switch head.map({ $0 == 0 }) {
    case [true, true, true, false]: return "UTF-32BE"
    case [false, true, true, true]: return "UTF-32LE"
    case let zeros where zeros.starts(with: [true, false]): return "UTF-16BE"
    case let zeros where zeros.starts(with: [false, true]): return "UTF-16LE"
    default: return nil
    }
  }
}

/// A file that is not the text it should be. The description says what it is and what to do, and continues a sentence
/// that begins with the name of the file.
package struct WrongEncoding: Error, Sendable, Hashable, CustomStringConvertible {
  package let description: String

  static func named(_ name: String) -> WrongEncoding {
    WrongEncoding(
      description: "is not UTF-8 but \(name): save it as UTF-8, for example with " + "iconv -f \(name) -t UTF-8")
  }

  static let unknown = WrongEncoding(
    description: "is not UTF-8: save it as UTF-8, for example with iconv -f ISO-8859-1 -t UTF-8, "
      + "or -f with what it is in")
  static let zeros = WrongEncoding(
    description: "is not UTF-8 text, because it holds zero bytes, as a binary file does, or a file "
      + "after a power cut: write it again")
}
