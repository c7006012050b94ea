/// The names that operators give to accounts and channels. They appear in spool files, log fields and
/// tables, hence the small alphabet.
package enum ConfiguredName {
  package static let rule =
    "must start with a letter or digit and hold only letters, digits, \"_\", \".\" and \"-\", "
    + "at most 64"

  /// `[A-Za-z0-9][A-Za-z0-9_.-]{0,63}`
  package static func isValid(_ text: String) -> Bool {
    guard let first = text.utf8.first, text.utf8.count <= 64 else { return false }
    return isAlphanumeric(first) && text.utf8.allSatisfy(isNameByte)
  }

  /// `[A-Za-z0-9_.-]`
  package static func isNameByte(_ byte: UInt8) -> Bool {
    isAlphanumeric(byte) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")
      || byte == UInt8(ascii: "-")
  }

  package static func isAlphanumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "a")...UInt8(ascii: "z"):
      true
    default: false
    }
  }
}
