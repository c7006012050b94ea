/// A JSON value as it stands in an answer.
enum JSONValue: Hashable, Sendable {
  case null
  case truth(Bool)
  /// As written, with all its digits: an id may be a number. Also a bare word that JSON does not have, such as `NaN`.
  case number(String)
  /// The whole text, however long.
  case string(String)
  case list([JSONValue])
  case object(JSONObject)

  /// A string, a number or a truth value, cut to `JSONObject.textLimit`. Nil for null, an empty string and any other
  /// type, because the clouds use all of them for "nothing".
  var text: String? {
    switch self {
    case .null, .list, .object: nil
    case .truth(let truth): String(truth)
    case .number(let text), .string(let text): text.isEmpty ? nil : JSONObject.cut(text)
    }
  }

  var object: JSONObject? {
    if case .object(let object) = self { object } else { nil }
  }

  var list: [JSONValue]? {
    if case .list(let list) = self { list } else { nil }
  }

  /// The object or the list that the value is, or holds as a text: some services put JSON into a string of JSON.
  var unwrapped: JSONValue? {
    switch self {
    case .object, .list: self
    case .string(let text) where text.hasPrefix("{") || text.hasPrefix("["):
      JSONReader.value(of: Array(text.utf8))
    default: nil
    }
  }
}

/// The members of a JSON object in the order written.
struct JSONObject: Hashable, Sendable {
  struct Member: Hashable, Sendable {
    var name: String
    var value: JSONValue
  }

  /// What longer texts are cut to, in Unicode scalars: they are kept with the job and sent on; the
  /// evidence has the whole.
  static let textLimit = 4096

  var members: [Member] = []

  /// Nil if `body` is no JSON object.
  init?(_ body: [UInt8]) {
    guard let object = JSONReader.value(of: body)?.object else { return nil }
    self = object
  }

  init(_ members: [Member]) { self.members = members }

  /// Of members with one name the last that says something, else the last. Nil if there is none.
  subscript(name: String) -> JSONValue? {
    var found: JSONValue?
    for member in members.reversed() where member.name == name {
      switch member.value {
      case .null, .string(""): found = found ?? member.value
      default: return member.value
      }
    }
    return found
  }

  func text(_ name: String) -> String? { self[name]?.text }

  func object(_ name: String) -> JSONObject? { self[name]?.object }

  static func cut(_ text: String) -> String {
    // Not by characters: a single one may be made of any number of marks.
    text.utf8.count > textLimit ? String(text.unicodeScalars.prefix(textLimit)) : text
  }
}
