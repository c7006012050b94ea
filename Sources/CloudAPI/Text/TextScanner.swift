/// Reads a text of fixed parts from its front, byte by byte. What does not match stays unread.
struct TextScanner {
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  private var rest: ArraySlice<UInt8>

  init(_ text: some StringProtocol) { rest = Array(text.utf8)[...] }

  /// Begins behind the first `marker` in `text`, whatever the case of its letters; nil without one.
  init?(behind marker: String, in text: String) {
    let bytes = Array(text.utf8)
    let needle = Array(marker.utf8)
    guard let start = ByteSearch.first(needle, in: bytes) else { return nil }
    rest = bytes[(start + needle.count)...]
  }

  var isAtEnd: Bool { rest.isEmpty }

  /// Exactly `digits` digits, at most 18; nil if they are not next.
  mutating func number(digits: Int) -> Int? {
    let part = rest.prefix(digits)
    return part.count == digits && part.allSatisfy(Self.isDigit) ? take(part) : nil
  }

  /// All digits that are next; nil for none, and for more than nine.
  mutating func number() -> Int? {
    let part = rest.prefix(while: Self.isDigit)
    return (1...9).contains(part.count) ? take(part) : nil
  }

  /// The milliseconds of a decimal fraction of any length, from behind its point; nil without a digit.
  mutating func milliseconds() -> Int? {
    let part = rest.prefix(while: Self.isDigit)
    guard let value = number(digits: min(part.count, 3)), !part.isEmpty else { return nil }
    rest = rest[part.endIndex...]
    return value * [100, 10, 1][min(part.count, 3) - 1]
  }

  /// Skips `word` if it is next, whatever the case of its letters; says whether it was.
  mutating func skip(_ word: String) -> Bool {
    let count = word.utf8.count
    guard rest.count >= count, ByteSearch.match(rest, word.utf8) else { return false }
    rest = rest.dropFirst(count)
    return true
  }

  mutating func skip(_ byte: UInt8) -> Bool {
    guard let first = rest.first, ByteSearch.lowercased(first) == ByteSearch.lowercased(byte)
    else { return false }
    rest = rest.dropFirst()
    return true
  }

  /// 1 to 12 for the three letters of an English name; nil if none is next.
  mutating func monthName() -> Int? {
    Self.months.firstIndex { skip($0) }.map { $0 + 1 }
  }

  /// Says whether there was one.
  @discardableResult mutating func skipBlanks() -> Bool {
    let isBlank = rest.first == UInt8(ascii: " ")
    rest = rest.drop { $0 == UInt8(ascii: " ") }
    return isBlank
  }

  private mutating func take(_ digits: ArraySlice<UInt8>) -> Int {
    rest = rest[digits.endIndex...]
    return digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }
}
