/// Any member's name of a JSON object.
struct FieldKey: CodingKey, ExpressibleByStringLiteral, Hashable {
  /// What longer texts are cut to, in Unicode scalars: they are kept with the job and sent on; the
  /// evidence has the whole.
  static let textLimit = 4096

  let stringValue: String

  init(stringLiteral value: String) { stringValue = value }
  init(stringValue: String) { self.stringValue = stringValue }

  /// JSON has no numbered members.
  var intValue: Int? { nil }
  init?(intValue: Int) { nil }
}

extension KeyedDecodingContainer<FieldKey> {
  /// In an order that is the same for the same body, which that of `allKeys` is not.
  var sortedKeys: [FieldKey] {
    let keys = allKeys
    return keys.count < 2 ? keys : keys.sorted { $0.stringValue < $1.stringValue }
  }

  /// The member as text: a string, a number or a truth value. Nil for null, an empty string, any
  /// other type, and for a member that is missing, because the clouds use all of them for
  /// "nothing".
  func text(_ key: FieldKey) -> String? {
    do {
      guard let text = try decodeIfPresent(String.self, forKey: key), !text.isEmpty else {
        return nil
      }
      guard text.utf8.count > FieldKey.textLimit else { return text }
      // Not by characters: a single one may be made of any number of marks.
      return String(text.unicodeScalars.prefix(FieldKey.textLimit))
    } catch {
      return number(key)
    }
  }

  private func number(_ key: FieldKey) -> String? {
    if let integer = try? decode(Int64.self, forKey: key) { return String(integer) }
    if let number = try? decode(Double.self, forKey: key) { return String(number) }
    if let truth = try? decode(Bool.self, forKey: key) { return String(truth) }
    return nil
  }
}
