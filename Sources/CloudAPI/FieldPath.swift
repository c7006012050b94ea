/// The way to a member of a JSON object, or of an object in it: `metadata.uid`.
struct FieldPath: ExpressibleByStringLiteral, Sendable {
  let parent: String?
  let name: String

  init(stringLiteral value: String) {
    let names = value.split(separator: ".", maxSplits: 1).map(String.init)
    parent = names.count > 1 ? names[0] : nil
    name = names.last ?? value
  }
}

extension JSONObject {
  /// The member as text; nil too without a path, or a way to its end.
  func text(at path: FieldPath?) -> String? {
    guard let path else { return nil }
    guard let parent = path.parent else { return text(path.name) }
    return object(parent)?.text(path.name)
  }

  /// As `text`, and what an object or a list says where a text is documented.
  func spokenText(at path: FieldPath?) -> String? {
    guard let path else { return nil }
    let holder = path.parent.map { object($0) } ?? self
    return holder?[path.name]?.spokenText
  }

  /// Whether the text of the member is a guess.
  func isGuess(at path: FieldPath) -> Bool {
    let holder = path.parent.map { object($0) } ?? self
    return holder?.member(path.name)?.isGuess ?? false
  }
}
