extension SpoolDocuments {
  /// The first of `names` that one object of a JSON text has twice, of which the parser keeps only one.
  static func repeated(_ names: Set<String>, in text: Substring) -> String? {
    // Names of members of the objects around; nil for a list.
    var around: [Set<String>?] = []
    var (isName, begin) = (false, text.startIndex)
    var (isText, isEscaped) = (false, false)
    for index in text.utf8.indices {
      let byte = text.utf8[index]
      if isText {
        if isEscaped {
          isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
          isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
          isText = false
          guard isName, let level = around.indices.last else { continue }
          let name = String(text[begin..<index].dropFirst())
          guard names.contains(name) else { continue }
          if around[level]?.insert(name).inserted == false { return name }
        }
        continue
      }
      switch byte {
      case UInt8(ascii: "\""): (isText, begin) = (true, index)
      case UInt8(ascii: "{"):
        around.append([])
        isName = true
      case UInt8(ascii: "["):
        around.append(nil)
        isName = false
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        if !around.isEmpty { around.removeLast() }
        isName = false
      case UInt8(ascii: ","): isName = around.last.map { $0 != nil } ?? false
      case UInt8(ascii: ":"): isName = false
      default: break
      }
    }
    return nil
  }
}
