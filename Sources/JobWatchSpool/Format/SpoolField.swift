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
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let text = try? container.decode(String.self) {
      self = .text(text)
    } else if let value = try? container.decode(Bool.self) {
      self = .truth(value)
    } else if let value = try? container.decode(Int64.self) {
      self = .number("\(value)")
    } else if let value = try? container.decode(Double.self) {
      self = .number("\(value)")
    } else {
      self = decoder.codingPath.count < Self.depthLimit ? Self.nested(decoder) : .excessive
    }
  }

  private struct Name: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  private static func nested(_ decoder: any Decoder) -> SpoolField {
    if let list = try? decoder.unkeyedContainer() {
      // Its length is known before its members are decoded.
      guard list.count ?? .max <= SpoolFile.jobLimit, let members = try? [SpoolField](from: decoder) else {
        return .excessive
      }
      return .list(members)
    }
    // So are an object's names.
    guard let names = try? decoder.container(keyedBy: Name.self).allKeys, names.count <= memberLimit,
      let members = try? [String: SpoolField](from: decoder)
    else { return .excessive }
    return .object(members)
  }
}
