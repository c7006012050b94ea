import Glibc

/// An IPv4 or IPv6 address as its bytes, because its many spellings have to compare equal.
package struct IPAddress: Sendable, Hashable {
  /// Four or sixteen. An IPv4 address that is written as IPv6 (`::ffff:127.0.0.1`) is IPv4.
  private let bytes: [UInt8]

  /// `192.0.2.1`, `2001:db8::1` or `[2001:db8::1]`; nil for anything else, as a name or `127.1`.
  package init?(_ text: some StringProtocol) {
    let isBracketed = text.hasPrefix("[") && text.hasSuffix("]")
    let bare = String(isBracketed ? text.dropFirst().dropLast() : text[...])
    if !isBracketed, let bytes = Self.read(bare, AF_INET, count: 4) {
      self.bytes = bytes
    } else if let bytes = Self.read(bare, AF_INET6, count: 16) {
      let isMapped = bytes.prefix(12) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]
      self.bytes = isMapped ? Array(bytes.suffix(4)) : bytes
    } else {
      return nil
    }
  }

  private static func read(_ text: String, _ family: Int32, count: Int) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    return inet_pton(family, text, &bytes) == 1 ? bytes : nil
  }

  /// In bits.
  var width: Int { bytes.count * 8 }

  package var isLoopback: Bool {
    width == 32 ? bytes[0] == 127 : bytes.dropLast().allSatisfy { $0 == 0 } && bytes.last == 1
  }

  /// Where the clouds' servers find their own metadata.
  package var isMetadata: Bool { bytes == [169, 254, 169, 254] }

  func isWithin(_ network: IPAddress, length: Int) -> Bool {
    guard width == network.width, (0...width).contains(length) else { return false }
    let whole = length / 8
    guard bytes.prefix(whole) == network.bytes.prefix(whole) else { return false }
    let rest = length % 8
    return rest == 0 || (bytes[whole] ^ network.bytes[whole]) >> UInt8(8 - rest) == 0
  }
}
