/// JSON objects one behind another, as a loop of `curl` leaves them, with or without line feeds between.
enum SpoolDocuments {
  /// Each with its text; nil where the text is anything else.
  static func split(_ text: Substring) -> [Substring]? {
    var documents: [Substring] = []
    var (depth, isText, isEscaped) = (0, false, false)
    var begin = text.startIndex
    for index in text.utf8.indices {
      let byte = text.utf8[index]
      if isText {
        if isEscaped {
          isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
          isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
          isText = false
        }
        continue
      }
      switch byte {
      case UInt8(ascii: "\""): isText = true
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        if depth == 0 { begin = index }
        depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        if depth < 0 { return nil }
        if depth == 0 { documents.append(text[begin...index]) }
      case 0x20, 0x09, 0x0A, 0x0D, UInt8(ascii: ","): break
      default: if depth == 0 { return nil }
      }
    }
    return depth == 0 && documents.count > 1 ? documents : nil
  }
}
