/// Questions about JSON text that are answered before it is decoded.
package enum JSONText {
  /// The objects and lists of a text that has two or more of them one behind another, with blanks or commas between, as
  /// a loop of `curl` leaves them. Nil for any other text.
  package static func documents(in text: Substring) -> [Substring]? {
    var scanner = JSONScanner(Array(text.utf8))
    var documents: [Substring] = []
    while true {
      scanner.skipSeparators()
      let start = scanner.index
      guard let byte = scanner.current else { return documents.count > 1 ? documents : nil }
      guard byte == UInt8(ascii: "{") || byte == UInt8(ascii: "["),
        scanner.skipContainer(strings: .sound)
      else { return nil }
      let begin = text.utf8.index(text.startIndex, offsetBy: start)
      documents.append(text[begin..<text.utf8.index(begin, offsetBy: scanner.index - start)])
    }
  }

  /// The first of `names` that one object has twice, because most parsers keep only one of the two.
  package static func repeatedName(of names: Set<String>, in text: Substring) -> String? {
    JSONReader.value(of: Array(text.utf8), valueLimit: .max)?.repeatedName(of: names)
  }
}
