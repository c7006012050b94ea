/// The way to a member of a JSON object, or of an object in it: `metadata.uid`.
struct FieldPath: ExpressibleByStringLiteral, Sendable {
  let parent: FieldKey?
  let key: FieldKey

  init(stringLiteral value: String) {
    let names = value.split(separator: ".", maxSplits: 1).map(String.init)
    parent = names.count > 1 ? FieldKey(stringValue: names[0]) : nil
    key = FieldKey(stringValue: names.last ?? value)
  }
}

extension KeyedDecodingContainer<FieldKey> {
  /// The member as text, as `text(_:)` has it; nil too without a path, or a way to its end.
  func text(at path: FieldPath?) -> String? {
    guard let path else { return nil }
    guard let parent = path.parent else { return text(path.key) }
    return object(parent)?.text(path.key)
  }

  /// Nil for a member that is missing or no object.
  func object(_ key: FieldKey) -> KeyedDecodingContainer<FieldKey>? {
    try? nestedContainer(keyedBy: FieldKey.self, forKey: key)
  }

  /// Nil for a member that is missing or no list.
  func list(_ key: FieldKey) -> (any UnkeyedDecodingContainer)? {
    try? nestedUnkeyedContainer(forKey: key)
  }
}
