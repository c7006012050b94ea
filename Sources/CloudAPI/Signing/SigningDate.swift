import JobWatchCore

/// The text of `X-Sdk-Date`: `20260115T083000Z`, UTC, whole seconds.
package enum SigningDate {
  package static func text(_ time: Timestamp) -> String {
    let second = time.description.utf8.prefix(19)
    let digits = second.filter { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: ":") }
    return String(decoding: digits, as: UTF8.self) + "Z"
  }

  /// Nil for any other form.
  package static func time(_ text: some StringProtocol) -> Timestamp? {
    var scanner = TextScanner(text)
    let time = read(&scanner)
    return scanner.isAtEnd ? time : nil
  }

  static func read(_ scanner: inout TextScanner) -> Timestamp? {
    scanner.civilTime("YMDThmsZ")?.timestamp
  }
}
