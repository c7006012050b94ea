/// The way to a member of a JSON object, through the objects around it: `metadata.uid`.
struct FieldPath: ExpressibleByStringLiteral, Sendable {
  let parents: [FieldKey]
  let key: FieldKey

  init(stringLiteral value: String) {
    let names = value.split(separator: ".").map { FieldKey(stringValue: String($0)) }
    parents = names.dropLast()
    key = names.last ?? FieldKey(stringValue: value)
  }
}

extension KeyedDecodingContainer<FieldKey> {
  /// The member as text, as `text(_:)` has it; nil too where there is no way to it.
  func text(at path: FieldPath) -> String? {
    var fields = self
    for parent in path.parents {
      guard let inner = fields.object(parent) else { return nil }
      fields = inner
    }
    return fields.text(path.key)
  }

  /// Nil for a member that is missing or no object.
  func object(_ key: FieldKey) -> KeyedDecodingContainer<FieldKey>? {
    // Asked first, because an error that is thrown costs more than the rest.
    guard contains(key), (try? decodeNil(forKey: key)) == false else { return nil }
    return try? nestedContainer(keyedBy: FieldKey.self, forKey: key)
  }

  /// Nil for a member that is missing or no list.
  func list(_ key: FieldKey) -> (any UnkeyedDecodingContainer)? {
    guard contains(key), (try? decodeNil(forKey: key)) == false else { return nil }
    return try? nestedUnkeyedContainer(forKey: key)
  }
}
