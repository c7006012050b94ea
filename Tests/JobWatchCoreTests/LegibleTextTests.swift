import JobWatchCore
import TestSupport
import Testing

@Suite struct `Text that may not be UTF-8` {
  struct Sample: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var bytes: [UInt8]
    var text: String

    /// - Parameter parts: texts, whose UTF-8 is meant, and bytes.
    init(_ name: String, _ parts: [any Sendable], _ text: String) {
      testDescription = name
      bytes = parts.flatMap { part in
        (part as? String).map { Array($0.utf8) } ?? (part as? [Int] ?? []).map(UInt8.init)
      }
      self.text = text
    }
  }

  private static let quota = [0xC5, 0xE4, 0xB6, 0xEE, 0xB2, 0xBB, 0xD7, 0xE3]

  static let samples = [
    Sample("GBK behind ASCII", ["used up, ", quota], "used up, 配额不足"),
    Sample("GBK before ASCII", [quota, " (vCPU)"], "配额不足 (vCPU)"), Sample("GBK alone", [quota], "配额不足"),
    Sample("GBK around ASCII", [quota, " 3 ", quota], "配额不足 3 配额不足"),
    Sample("GBK, one character", ["quota ", [0xD7, 0xE3]], "quota 足"),
    Sample("GBK with punctuation", [[0xB4, 0xED, 0xCE, 0xF3, 0xA3, 0xBA], quota], "错误：配额不足"),
    Sample("GBK, part of which is UTF-8 by chance", [[0xC1, 0xAA, 0xCD, 0xA8], "!"], "联通!"),
    Sample(
      "GBK, more than half of which is UTF-8 by chance",
      [[0xB4, 0xC5, 0xC5, 0xCC, 0xBF, 0xD5, 0xBC, 0xE4, 0xB2, 0xBB, 0xD7, 0xE3]], "磁盘空间不足"),
    Sample(
      "GBK that is nearly UTF-8, in a sentence",
      ["ERR 42: ", [0xD2, 0xD1, 0xBB, 0xD8, 0xB9, 0xF6], " (vm-1)"], "ERR 42: 已回滚 (vm-1)"),
    Sample("GBK that was cut", [quota, [0xB5]], "配额不足\u{FFFD}"),
    Sample("GB18030 in four bytes", [quota, " Ma", [0x81, 0x30, 0x89, 0x38], quota], "配额不足 Maß配额不足"),
    Sample("UTF-8", ["配额不足"], "配额不足"),
    Sample("UTF-8 cut after one of three", ["quota, 配额不", [0xE8]], "quota, 配额不\u{FFFD}"),
    Sample("UTF-8 cut after two of three", ["quota, 配额不", [0xE8, 0xB6]], "quota, 配额不\u{FFFD}"),
    Sample("UTF-8 cut in its only character", ["quota ", [0xE8, 0xB6]], "quota \u{FFFD}"),
    Sample("UTF-8 cut at both ends", [[0xB3], "配额不", [0xE8, 0xB6]], "\u{FFFD}配额不\u{FFFD}"),
    Sample("UTF-8 cut in the middle", ["配", [0xE9, 0xA2], "不足的人"], "配\u{FFFD}不足的人"),
    Sample("umlauts cut", ["Speicher f", [0xC3]], "Speicher f\u{FFFD}"),
    Sample("umlauts, one cut", ["Größe überschritten, f", [0xC3], "r"], "Größe überschritten, f\u{FFFD}r"),
    Sample("Latin-1", ["caf", [0xE9], " plein"], "caf\u{FFFD} plein"),
    Sample("Latin-1 before a letter", ["f", [0xFC], "r Ger", [0xE4], "te"], "f\u{FFFD}r Ger\u{FFFD}te"),
    Sample("Latin-1 in a pair", ["gr", [0xF6, 0xDF], "er"], "gr\u{FFFD}\u{FFFD}er"),
    Sample("UTF-8 and GBK", ["配额不足了: ", quota, " end"], "配额不足了: 配额不足 end"),
    Sample("an overlong NUL", ["a", [0xC0, 0x80], "b"], "a\u{FFFD}\u{FFFD}b"),
    Sample("no encoding", ["a", [0xFF], "b"], "a\u{FFFD}b"),
    Sample("NUL", ["a\u{0}b"], "a\u{0}b"), Sample("nothing", [], ""),
    Sample("an emoji cut", ["ok 👍👍", [0xF0, 0x9F, 0x91]], "ok 👍👍\u{FFFD}"),
  ]

  @Test("is read as far as it can be", arguments: samples)
  func sample(_ sample: Sample) {
    let legible = LegibleText(sample.bytes)
    #expect(legible.text == sample.text)
    #expect(legible.isExact == (Array(sample.text.utf8) == sample.bytes))
  }

  @Test func `keeps what is around the half of a pair that was written as UTF-8`() {
    let text = LegibleText(Array("a ".utf8) + [0xED, 0xA0, 0xBD, 0xED, 0xB8, 0x80] + Array(" b".utf8)).text
    #expect(text.hasPrefix("a \u{FFFD}") && text.hasSuffix("\u{FFFD} b"))
  }

  /// Bytes from the code chart of GB18030-2005; they are no UTF-8 in a row with the frequent ones around them.
  @Test(
    "knows the whole of GBK",
    arguments: [
      (0xB0A1, "啊"), (0xD7F9, "座"), (0xD8A1, "亍"), (0xF7FE, "齄"), (0x8140, "丂"), (0x817E, "亊"),
      (0x8180, "亐"), (0xA0FE, "狛"), (0xAA40, "狜"), (0xFD9B, "龥"), (0xFD9C, "郎"), (0xFE4F, "﨩"),
      (0xA1A1, "\u{3000}"), (0xA3FE, "￣"), (0xA4F3, "ん"), (0xA7F1, "я"), (0xA840, "ˊ"),
      (0xA996, "〇"),
      (0xA2E3, "€"),
    ] as [(Int, String)])
  func pair(_ code: Int, _ character: String) {
    let pair = [UInt8(code >> 8), UInt8(code & 0xFF)]
    let around = Self.quota.map(UInt8.init)
    #expect(LegibleText(around + pair + around).text == "配额不足\(character)配额不足")
  }

  @Test func `never loses ASCII, and never takes long`() {
    var random = SeededGenerator(7)
    for _ in 0..<2000 {
      let bytes = (0..<Int.random(in: 0...40, using: &random)).map { _ in
        UInt8.random(in: .min ... .max, using: &random)
      }
      let marked = Array("<<".utf8) + bytes + [0x20] + Array(">>".utf8)
      let text = Array(LegibleText(marked).text.utf8)
      #expect(text.starts(with: "<<".utf8) && text.reversed().starts(with: ">> ".utf8))
    }
    #expect(LegibleText([UInt8](repeating: 0xB0, count: 100_000)).text.unicodeScalars.count >= 50_000)
  }
}
