import JobWatchCore

/// Decides what of the file a message may quote. A secret can stand anywhere by mistake: as an unknown key, as a name,
/// in the place of a list. Messages are logged and shown by the service manager, and therefore name the line and the
/// key path. They quote what is written there only where it cannot be a secret.
enum Quotation {
  /// Parts of the file that hold secrets: there even a plain word can be a password.
  private static let secretive = ["accounts", "channels", "heartbeat"]

  /// A word that is one of `known`, perhaps with a typing error, or outside of the secretive parts a plain name.
  static func allows(_ word: String, at path: String, among known: [String]) -> Bool {
    if known.contains(word) || NearestName.to(word, among: known) != nil { return true }
    return !secretive.contains(where: path.hasPrefix) && ConfiguredName.isValid(word)
      && !isLikelySecret(word)
  }

  /// A short number with its unit, where such is wanted: `0`, `-0.6`, `5min`.
  static func allows(number text: String) -> Bool {
    let text = text.hasPrefix("-") ? text.dropFirst() : text[...]
    let digits = text.utf8.prefix { isDigit($0) || $0 == UInt8(ascii: ".") }
    let unit = text.utf8.dropFirst(digits.count)
    return (1...6).contains(digits.count) && unit.count <= 7 && unit.allSatisfy(isLetter)
  }

  /// Whether a text is an address, a long number, or drawn at random as keys are: these have digits amid their letters,
  /// and a name such as `OTC_SECRET_KEY_2` or `k8s-eu1a-b2c` hardly, or is short.
  static func isLikelySecret(_ text: String) -> Bool {
    let parts = text.utf8.split { !ConfiguredName.isAlphanumeric($0) }
    let length = parts.map(\.count).reduce(0, +)
    if text.contains("://") || (length >= 12 && parts.joined().allSatisfy(isDigit)) { return true }
    let amid = parts.map { zip($0, $0.dropFirst()).count { isDigit($0) && isLetter($1) } }
    return (length >= 16 && amid.reduce(0, +) >= 3)
      || zip(parts, amid).contains { $0.count >= 16 && $1 > 0 }
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    ConfiguredName.isAlphanumeric(byte) && !isDigit(byte)
  }
}
