/// Text made of bytes that should be UTF-8 and may not be: as much as can be read of it, never nothing.
///
/// Bytes that are UTF-8 are taken as they are. Others are most often one of two things: a text in the
/// encoding of a Chinese system, GB18030, or UTF-8 that was cut inside a character, where a buffer ended.
/// Both readings are tried, because nearly every text of one is bytes of the other too:
///
/// - Of cut UTF-8 all but the cut is UTF-8: more than half of its bytes above 0x7F.
/// - Of GB18030 a seventh is, by chance, and at least half of the characters are frequent ones: the first 40
///   rows of GB 2312, punctuation. What UTF-8 makes when it is read so is rare characters, and so are
///   the accents of Latin-1 with the letter behind each.
///
/// Where all of the second reading is such characters, three or more, it decides: of cut UTF-8 that is never so.
///
/// The whole decides first. Where it is not GB18030, each stretch between ASCII characters decides for itself, as for
/// a message put together from two sources. What neither reads is replaced by U+FFFD, one for each
/// broken character.
///
/// A text that happens to be UTF-8 is never doubted, though a short one in GB18030 may be (two of its
/// characters, in one pair of four).
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
      let han =
        isPlain || String(validating: stretch, as: UTF8.self) != nil
        ? nil : han(stretch, fewest: 2)
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
