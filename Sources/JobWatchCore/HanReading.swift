/// Bytes read as GB18030, the encoding of Chinese systems (its older forms are GBK and GB 2312).
///
/// The table is in the program, because no system can be relied on to have one: `iconv` loads its converters from files
/// that Debian has moved out of libc6, and Foundation on Linux has none.
struct HanReading {
  private(set) var text = ""
  /// Characters of the most frequent rows, and punctuation.
  private(set) var frequent = 0
  /// Characters of more than one byte.
  private(set) var characters = 0
  /// Bytes that are no part of a character, each U+FFFD in the text.
  private(set) var broken = 0

  init(_ bytes: [UInt8]) {
    var index = 0
    while index < bytes.count {
      if bytes[index] < 0x80 {
        text.unicodeScalars.append(Unicode.Scalar(bytes[index]))
        index += 1
      } else if let (scalar, length) = Self.character(bytes, at: index) {
        text.unicodeScalars.append(scalar)
        characters += 1
        if Self.isFrequent(bytes[index], bytes[index + 1]) { frequent += 1 }
        index += length
      } else {
        text.unicodeScalars.append("\u{FFFD}")
        broken += 1
        index += 1
      }
    }
  }

  /// At least half of it is frequent characters, with one broken more than half.
  var isLikely: Bool {
    frequent > 0 && broken <= 1 && 2 * frequent >= characters + 2 * broken
  }

  var isEveryday: Bool { broken == 0 && frequent == characters && characters >= 3 }

  private static func isFrequent(_ lead: UInt8, _ trail: UInt8) -> Bool {
    trail >= 0xA1 && ((0xB0...0xD7).contains(lead) || (0xA1...0xA3).contains(lead))
  }

  private static func character(_ bytes: [UInt8], at index: Int) -> (Unicode.Scalar, Int)? {
    guard (0x81...0xFE).contains(bytes[index]), index + 1 < bytes.count else { return nil }
    let (lead, trail) = (Int(bytes[index]), Int(bytes[index + 1]))
    if (0x30...0x39).contains(trail) { return four(bytes, at: index).map { ($0, 4) } }
    guard (0x40...0xFE).contains(trail), trail != 0x7F else { return nil }
    return HanTable.shared.pair(lead, trail).map { ($0, 2) }
  }

  private static func four(_ bytes: [UInt8], at index: Int) -> Unicode.Scalar? {
    guard index + 3 < bytes.count, (0x81...0xFE).contains(bytes[index + 2]), (0x30...0x39).contains(bytes[index + 3])
    else { return nil }
    let digits = (0..<4).map { Int(bytes[index + $0]) - ($0 % 2 == 0 ? 0x81 : 0x30) }
    let number = ((digits[0] * 10 + digits[1]) * 126 + digits[2]) * 10 + digits[3]
    return HanTable.shared.four(number)
  }
}

/// Which character has which bytes.
///
/// In two bytes, GB 2312 has an order of its own. GBK has put the other characters of Unicode's first block of Han, in
/// Unicode's order, into the places that were left. The characters of four bytes are those without two, in Unicode's
/// order.
private struct HanTable {
  static let shared = HanTable()

  private let plain: [Unicode.Scalar]
  private let signs: [Unicode.Scalar]
  private let moreSigns: [Unicode.Scalar]
  /// The Han characters that GB 2312 lacks, and behind them the few without an order.
  private let others: [Unicode.Scalar]
  /// Below U+D800: beyond, GB18030 has exceptions, and no message uses them.
  private let withoutPair: [Unicode.Scalar]

  private init() {
    func rows(_ text: String) -> [Unicode.Scalar] { text.unicodeScalars.filter { $0 != "\n" } }
    (plain, signs) = (rows(HanCharacters.plain), rows(HanCharacters.signs))
    moreSigns = rows(HanCharacters.moreSigns)
    let simplified = Set(plain)
    others =
      (0x4E00...0x9FA5).compactMap { Unicode.Scalar($0 as UInt32) }
      .filter { !simplified.contains($0) } + rows(HanCharacters.compatible)
    let paired = Set(plain + signs + moreSigns + others)
    withoutPair = (0x80..<0xD800).compactMap { Unicode.Scalar($0 as UInt32) }
      .filter { !paired.contains($0) }
  }

  /// - Parameter trail: 0x40 to 0xFE, and not 0x7F.
  func pair(_ lead: Int, _ trail: Int) -> Unicode.Scalar? {
    let low = trail - (trail > 0x7F ? 0x41 : 0x40)
    let scalar: Unicode.Scalar? =
      switch (lead, trail) {
      case (0xB0...0xF7, 0xA1...): plain[(lead - 0xB0) * 94 + trail - 0xA1]
      case (0xA1...0xA9, 0xA1...): signs[(lead - 0xA1) * 94 + trail - 0xA1]
      case (0xA8...0xA9, ..<0xA1): moreSigns[(lead - 0xA8) * 96 + low]
      case (0x81...0xA0, _): others[(lead - 0x81) * 190 + low]
      case (0xAA...0xFE, ..<0xA1): others[32 * 190 + (lead - 0xAA) * 96 + low]
      default: nil
      }
    return scalar == "\u{FFFD}" ? nil : scalar
  }

  func four(_ number: Int) -> Unicode.Scalar? {
    // 0x90308130 is U+10000.
    if number >= 189_000 { return Unicode.Scalar(UInt32(number - 189_000 + 0x10000)) }
    return number < withoutPair.count ? withoutPair[number] : nil
  }
}
