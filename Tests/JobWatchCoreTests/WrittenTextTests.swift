import JobWatchCore
import Testing

@Suite struct `What a person wrote into a file` {
  @Test(
    "is read",
    arguments: [
      ("", ""), ("a", "a"), ("\u{FEFF}a\r\n", "a\r\n"), ("\u{FEFF}", ""),
      ("\u{FEFF}\u{FEFF}a", "\u{FEFF}a"), ("a\u{FEFF}b", "a\u{FEFF}b"), ("ä 华为", "ä 华为"),
    ])
  func read(_ written: String, _ text: String) throws {
    // Not as characters: a mark before a line end is one with it.
    #expect(try Array(WrittenText(Array(written.utf8)).text.utf8) == Array(text.utf8))
  }

  @Test(
    "in another encoding is refused by the name of it",
    arguments: [
      ([0xFF, 0xFE, 0x61, 0x00], "UTF-16"), ([0xFE, 0xFF, 0x00, 0x61], "UTF-16"),
      ([0xFF, 0xFE], "UTF-16"), ([0xFF, 0xFE, 0x41], "UTF-16"),
      ([0xFF, 0xFE, 0, 0, 0x61, 0, 0, 0], "UTF-32"), ([0, 0, 0xFE, 0xFF, 0, 0, 0, 0x61], "UTF-32"),
      ([0x61, 0x00, 0x62, 0x00], "UTF-16LE"), ([0x00, 0x61, 0x00, 0x62], "UTF-16BE"),
      ([0x61, 0x00], "UTF-16LE"), ([0x61, 0, 0, 0], "UTF-32LE"), ([0, 0, 0, 0x61], "UTF-32BE"),
      ([0x84, 0x31, 0x95, 0x33, 0x61], "GB18030"),
    ] as [([UInt8], String)])
  func refused(_ bytes: [UInt8], _ name: String) {
    let error = #expect(throws: WrongEncoding.self) { try WrittenText(bytes) }
    let text = error?.description ?? ""
    #expect(text.hasPrefix("is not UTF-8 but \(name): save it as UTF-8"), "\(text)")
    #expect(text.hasSuffix("iconv -f \(name) -t UTF-8"))
    #expect(throws: WrongEncoding.self) { try WrittenText.unmarked(bytes) }
  }

  @Test(
    "in an encoding without a mark is refused with the cure",
    arguments: [
      ([0x70, 0xE4, 0x73, 0x73], "save it as UTF-8"), ([0x61, 0xC3], "save it as UTF-8"),
      ([0xEF, 0xBB, 0xBF, 0xE4], "save it as UTF-8"), ([0x61, 0x62, 0x00, 0x63], "zero bytes"),
      ([0, 0, 0, 0], "zero bytes"),
    ] as [([UInt8], String)])
  func unknown(_ bytes: [UInt8], _ words: String) {
    let error = #expect(throws: WrongEncoding.self) { try WrittenText(bytes) }
    #expect(error?.description.hasPrefix("is not UTF-8") == true)
    #expect(error?.description.contains(words) == true)
  }
}
