/// A JSON value of a spool entry. Decoding it never throws, because one entry's mistake must not cost its neighbours.
enum SpoolField: Hashable {
  case text(String)
  /// In the shortest form that reads back to the same number.
  case number(String)
  case truth(Bool)
  case null
  case list([SpoolField])
  case object([String: SpoolField])
  /// Nested or filled beyond what any entry needs; not looked into.
  case excessive

  /// The most members of an object, which bounds the time that a hostile file can take.
  private static let memberLimit = 1000
  /// Levels: a list of what `show --json` prints, its list of jobs, one of them, the job in it, its labels, a label.
  private static let depthLimit = 6

  var noun: String {
    switch self {
    case .text: "text"
    case .number: "a number"
    case .truth: "true or false"
    case .null: "null"
    case .list: "a list"
    case .object: "an object"
    case .excessive: "something too large or too deep"
    }
  }

  var isText: Bool { if case .text = self { true } else { false } }

  var isObject: Bool { if case .object = self { true } else { false } }

  var isContainer: Bool {
    if case .list = self { true } else { isObject || self == .excessive }
  }

  var scalarText: String? {
    switch self {
    case .text(let text), .number(let text): text
    case .truth(let value): value ? "true" : "false"
    default: nil
    }
  }
}

extension [String: SpoolField] {
  /// Nil where there is nothing, or null.
  func text(_ key: some CodingKey) throws(Unacceptable) -> String? {
    switch self[key.stringValue] ?? .null {
    case .null: return nil
    case .text(let text): return text
    case let other:
      throw Unacceptable("\(key.stringValue) must be text in quotes, not \(other.noun)")
    }
  }
}

extension SpoolField: Decodable {
  init(from decoder: any Decoder) throws {
    self = try Self.object(decoder) ?? Self.list(decoder) ?? Self.scalar(decoder.singleValueContainer())
  }

  /// Nil for a value of another kind, whose container is refused by an error.
  private static func object(_ decoder: any Decoder) -> SpoolField? {
    guard let container = try? decoder.container(keyedBy: AnyKey.self) else { return nil }
    let keys = container.allKeys
    guard keys.count <= memberLimit, decoder.codingPath.count < depthLimit else { return .excessive }
    var members: [String: SpoolField] = [:]
    for key in keys { members[key.stringValue] = (try? container.decode(SpoolField.self, forKey: key)) ?? .null }
    return .object(members)
  }

  private static func list(_ decoder: any Decoder) -> SpoolField? {
    guard var container = try? decoder.unkeyedContainer() else { return nil }
    let count = container.count ?? .max
    guard count <= SpoolFile.jobLimit, decoder.codingPath.count < depthLimit else { return .excessive }
    var members: [SpoolField] = []
    while !container.isAtEnd {
      guard let member = try? container.decode(SpoolField.self) else { return .excessive }
      members.append(member)
    }
    return .list(members)
  }

  private static func scalar(_ container: any SingleValueDecodingContainer) -> SpoolField {
    if container.decodeNil() { return .null }
    if let text = try? container.decode(String.self) { return .text(text) }
    if let value = try? container.decode(Bool.self) { return .truth(value) }
    if let value = try? container.decode(Int64.self) { return .number("\(value)") }
    if let value = try? container.decode(Double.self) { return .number("\(value)") }
    return .excessive
  }
}

private struct AnyKey: CodingKey {
  var stringValue: String
  var intValue: Int? { nil }
  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}
