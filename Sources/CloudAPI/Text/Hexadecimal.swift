/// Lower-case hexadecimal, as signatures and fingerprints are written.
enum Hexadecimal {
  private static let digits = Array("0123456789abcdef".utf8)

  static func bytes(_ source: some Sequence<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(2 * source.underestimatedCount)
    for byte in source {
      result.append(digits[Int(byte >> 4)])
      result.append(digits[Int(byte & 15)])
    }
    return result
  }

  static func text(_ source: some Sequence<UInt8>) -> String {
    String(decoding: bytes(source), as: UTF8.self)
  }

  /// 0 to 15, or nil for a byte that is no hexadecimal digit of either case.
  static func value(of digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
