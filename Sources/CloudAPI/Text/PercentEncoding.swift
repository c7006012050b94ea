/// Percent-encoding as the gateway's signature wants it: everything except `A-Za-z0-9-_.~` is encoded, in upper case.
enum PercentEncoding {
  private static let digits = Array("0123456789ABCDEF".utf8)

  /// `text` as one path segment or one part of a query; a slash is encoded too.
  static func encode(_ text: String) -> String {
    var result: [UInt8] = []
    append(text.utf8, to: &result)
    return String(decoding: result, as: UTF8.self)
  }

  static func append(
    _ bytes: some Sequence<UInt8>, to result: inout [UInt8], keepingSlash: Bool = false
  ) {
    for byte in bytes {
      if isUnreserved(byte) || (keepingSlash && byte == UInt8(ascii: "/")) {
        result.append(byte)
      } else {
        result.append(UInt8(ascii: "%"))
        result.append(digits[Int(byte >> 4)])
        result.append(digits[Int(byte & 15)])
      }
    }
  }

  /// The bytes that `text` stands for; a `%` without two digits after it stands for itself.
  static func decode(_ text: String) -> [UInt8] {
    let bytes = Array(text.utf8)
    guard bytes.contains(UInt8(ascii: "%")) else { return bytes }
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var index = 0
    while index < bytes.count {
      if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
        let high = Hexadecimal.value(of: bytes[index + 1]),
        let low = Hexadecimal.value(of: bytes[index + 2])
      {
        result.append(high << 4 | low)
        index += 3
      } else {
        result.append(bytes[index])
        index += 1
      }
    }
    return result
  }

  private static func isUnreserved(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
      UInt8(ascii: "."), UInt8(ascii: "~"):
      true
    default: false
    }
  }
}
