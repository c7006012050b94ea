import JobWatchCore

/// The names that operators give to accounts and channels. The alphabet is small, because they appear in spool files,
/// log fields and tables.
package enum ConfiguredName {
  package static let rule =
    "must start with a letter or digit and hold only letters, digits, \"_\", \".\" and \"-\", "
    + "at most 64"

  /// `[A-Za-z0-9][A-Za-z0-9_.-]{0,63}`
  package static func isValid(_ text: String) -> Bool {
    text.utf8.count <= 64 && text.utf8.first?.isAlphanumeric == true && text.utf8.allSatisfy(isNameByte)
  }

  /// `[A-Za-z0-9_.-]`
  fileprivate static func isNameByte(_ byte: UInt8) -> Bool { byte.isAlphanumeric || "_.-".utf8.contains(byte) }
}

/// The limits of labels. Every event of a job holds them, and must stay small enough for any channel.
package enum LabelRule {
  private static let countLimit = 32
  /// UTF-8 bytes.
  private static let valueLimit = 256
  static let keyRule = "must be 1 to 63 letters, digits, \"_\", \".\" or \"-\""

  /// `[A-Za-z0-9_.-]{1,63}`
  static func isKey(_ text: String) -> Bool {
    (1...63).contains(text.utf8.count) && text.utf8.allSatisfy(ConfiguredName.isNameByte)
  }

  /// Why `labels` are refused, with the cure; nil when they are fine.
  package static func problem(_ labels: [String: String]) -> String? {
    if labels.count > countLimit { return "there are \(labels.count) labels: at most \(countLimit) are kept" }
    for (key, value) in labels.sorted(by: { $0.key < $1.key }) {
      if !isKey(key) { return "the label name \"\(key.prefix(80))\" \(keyRule)" }
      if value.utf8.count > valueLimit { return "the label \"\(key)\" is longer than \(valueLimit) bytes: shorten it" }
    }
    return nil
  }
}
