/// JSON with its members in the order written: a body looks as the cloud sends it, and `null` differs from a missing member.
struct JSONText: Sendable, ExpressibleByDictionaryLiteral {
  let text: String

  static func string(_ string: some StringProtocol) -> JSONText { JSONText(text: quote(string)) }

  static func number(_ number: Int) -> JSONText { JSONText(text: String(number)) }

  /// A string, or `null` for none.
  static func optional(_ text: String?) -> JSONText {
    text.map { .string($0) } ?? JSONText(text: "null")
  }

  static func array(_ elements: [JSONText]) -> JSONText {
    JSONText(text: "[" + elements.map(\.text).joined(separator: ",") + "]")
  }

  static func object(_ members: [(String, JSONText)]) -> JSONText {
    JSONText(
      text: "{" + members.map { quote($0.0) + ":" + $0.1.text }.joined(separator: ",") + "}")
  }

  /// The members of a dictionary, in the order of their names.
  static func members(_ strings: [String: String]) -> [(String, JSONText)] {
    strings.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }
  }

  private init(text: String) { self.text = text }

  init(dictionaryLiteral members: (String, JSONText)...) { self = .object(members) }

  private static func quote(_ string: some StringProtocol) -> String {
    if string.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x22 && $0 != 0x5c }) { return "\"\(string)\"" }
    let scalars = string.unicodeScalars.map { scalar in
      switch scalar {
      case "\"", "\\": "\\\(scalar)"
      case _ where scalar.value < 0x20:
        "\\u00" + (scalar.value < 16 ? "0" : "")
          + String(scalar.value, radix: 16)
      default: String(scalar)
      }
    }
    return "\"" + scalars.joined() + "\""
  }
}
