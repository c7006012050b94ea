/// Reads a text of fixed parts from its front, byte by byte; the case of letters does not matter. What does not match
/// stays unread.
package struct TextScanner {
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  private var rest: ArraySlice<UInt8>

  package init(_ text: some StringProtocol) { rest = Array(text.utf8)[...] }

  package init(bytes: ArraySlice<UInt8>) { rest = bytes }

  package var isAtEnd: Bool { rest.isEmpty }

  /// Exactly `digits` digits, at most 18; nil if they are not next.
  package mutating func number(digits: Int) -> Int? {
    let part = rest.prefix(digits)
    return part.count == digits && part.allSatisfy(Self.isDigit) ? take(part) : nil
  }

  /// All digits that are next; nil for none, and for more than nine.
  package mutating func number() -> Int? {
    let part = rest.prefix(while: Self.isDigit)
    return (1...9).contains(part.count) ? take(part) : nil
  }

  /// Skips `word` if it is next; says whether it was.
  package mutating func skip(_ word: String) -> Bool { skip(word.utf8) }

  private mutating func skip(_ word: some Collection<UInt8>) -> Bool {
    guard rest.count >= word.count, zip(rest, word).allSatisfy({ $0.lowercased == $1.lowercased }) else { return false }
    rest = rest.dropFirst(word.count)
    return true
  }

  /// Blanks, tabs and line ends; says whether there was one.
  @discardableResult package mutating func skipBlanks() -> Bool {
    let blanks = rest.prefix { $0 == UInt8(ascii: " ") || (9...13).contains($0) }
    rest = rest[blanks.endIndex...]
    return !blanks.isEmpty
  }

  /// Reads a time by a pattern: `Y` stands for a year of four digits, `y` for one of two, `M D h m s` for two digits
  /// each, `d` for one or two digits of the day, `f` for three of the milliseconds, `F` for a fraction of a second or
  /// nothing, `N` for the three letters of a month's English name, a blank for one or more blanks, anything else for
  /// itself. Nil, with nothing read, for another text.
  package mutating func civilTime(_ pattern: String) -> CivilTime? {
    let start = self
    var time = CivilTime()
    for sign in pattern.utf8 {
      let isRead =
        switch Unicode.Scalar(sign) {
        case "Y": Self.set(&time.year, number(digits: 4))
        case "y": Self.set(&time.year, number(digits: 2))
        case "M": Self.set(&time.month, number(digits: 2))
        case "N": Self.set(&time.month, Self.months.firstIndex { skip($0) }.map { $0 + 1 })
        case "D": Self.set(&time.day, number(digits: 2))
        case "d": Self.set(&time.day, number(digits: 2) ?? number(digits: 1))
        case "h": Self.set(&time.hour, number(digits: 2))
        case "m": Self.set(&time.minute, number(digits: 2))
        case "s": Self.set(&time.second, number(digits: 2))
        case "f": Self.set(&time.millisecond, number(digits: 3))
        case "F": Self.set(&time.millisecond, fraction())
        case " ": skipBlanks()
        default: skip(CollectionOfOne(sign))
        }
      guard isRead else {
        self = start
        return nil
      }
    }
    return time
  }

  private static func set(_ part: inout Int, _ number: Int?) -> Bool {
    if let number { part = number }
    return number != nil
  }

  /// The milliseconds of a fraction of any length behind a point or a comma; 0 without one, nil for one without digits.
  private mutating func fraction() -> Int? {
    guard skip(".") || skip(",") else { return 0 }
    let digits = rest.prefix(while: Self.isDigit)
    rest = rest[digits.endIndex...]
    return digits.isEmpty ? nil : zip(digits, [100, 10, 1]).reduce(0) { $0 + Self.value($1.0) * $1.1 }
  }

  private mutating func take(_ digits: ArraySlice<UInt8>) -> Int {
    rest = rest[digits.endIndex...]
    return digits.reduce(0) { $0 * 10 + Self.value($1) }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

  private static func value(_ digit: UInt8) -> Int { Int(digit - UInt8(ascii: "0")) }
}

extension UInt8 {
  /// Only the letters of ASCII have two cases here.
  package var lowercased: UInt8 { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) ? self | 0x20 : self }
}
