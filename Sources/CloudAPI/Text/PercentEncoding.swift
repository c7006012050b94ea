/// Percent-encoding as the gateway's signature wants it: everything except `A-Za-z0-9-_.~` is encoded, in upper case.
package enum PercentEncoding {
  private static let digits = Array("0123456789ABCDEF".utf8)

  /// `text` as one path segment or one part of a query; a slash is encoded too.
  static func encode(_ text: String) -> String {
    String(decoding: encode(text.utf8, keepingSlash: false), as: UTF8.self)
  }

  static func encode(_ bytes: some Collection<UInt8>, keepingSlash: Bool) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    for byte in bytes {
      if isUnreserved(byte) || (keepingSlash && byte == "/") {
        result.append(byte)
      } else {
        result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return result
  }

  /// The bytes that `text` stands for; a `%` without two digits after it stands for itself.
  static func decode(_ text: some StringProtocol) -> [UInt8] {
    var rest = Array(text.utf8)[...]
    var result: [UInt8] = []
    result.reserveCapacity(rest.count)
    while let byte = rest.popFirst() {
      let digits = byte == "%" ? rest.prefix(2).compactMap(\.hexadecimalValue) : []
      result.append(digits.count == 2 ? UInt8(digits[0] << 4 | digits[1]) : byte)
      if digits.count == 2 { rest = rest.dropFirst(2) }
    }
    return result
  }

  /// A query of names and values that are not encoded.
  package static func query(_ pairs: [(name: String, value: String)]) -> String {
    pairs.map { "\(encode($0.name))=\(encode($0.value))" }.joined(separator: "&")
  }

  /// The names and values of a query, decoded.
  package static func pairs(_ query: Substring) -> [(name: String, value: String)] {
    query.split(separator: "&").map { pair in
      let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        .map { String(decoding: decode($0), as: UTF8.self) }
      return (sides[0], sides.count > 1 ? sides[1] : "")
    }
  }

  private static func isUnreserved(_ byte: UInt8) -> Bool {
    switch Unicode.Scalar(byte) {
    case "A"..."Z", "a"..."z", "0"..."9", "-", "_", ".", "~": true
    default: false
    }
  }
}
