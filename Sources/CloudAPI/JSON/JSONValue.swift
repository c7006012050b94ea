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

  /// For people: the text, or the texts in an object or a list, in their order. It may be longer than `text`.
  var spokenText: String? {
    let text = texts(depth: 0).joined(separator: " ")
    return text.isEmpty ? nil : JSONObject.cut(text, to: JSONObject.reasonLimit)
  }

  private func texts(depth: Int) -> [String] {
    switch self {
    case _ where depth == 4: []
    case .null: []
    case .truth(let truth): [String(truth)]
    case .number(let text), .string(let text): text.isEmpty ? [] : [text]
    case .list(let list): list.flatMap { $0.texts(depth: depth + 1) }
    case .object(let object): object.members.flatMap { $0.value.texts(depth: depth + 1) }
    }
  }

  var object: JSONObject? {
    if case .object(let object) = self { object } else { nil }
  }

  var list: [JSONValue]? {
    if case .list(let list) = self { list } else { nil }
  }

  /// The whole string, however long: a secret must not be cut.
  var string: String? {
    if case .string(let string) = self { string } else { nil }
  }

  /// With all but the first of several members of one name marked as guesses: where the structure is in doubt, the
  /// later one may belong to a text that is quoted in another.
  var withoutRepeats: JSONValue {
    mapObjects { object in
      var (object, names) = (object, Set<String>())
      for (index, member) in object.members.enumerated() {
        if names.contains(member.name) { object.members[index].isGuess = true }
        if member.value.saysSomething { names.insert(member.name) }
      }
      return object
    }
  }

  /// With `change` made to every object in it, inner ones first.
  fileprivate func mapObjects(_ change: (JSONObject) -> JSONObject) -> JSONValue {
    switch self {
    case .list(let list): return .list(list.map { $0.mapObjects(change) })
    case .object(var object):
      for (index, member) in object.members.enumerated() {
        object.members[index].value = member.value.mapObjects(change)
      }
      return .object(change(object))
    default: return self
    }
  }

  /// The first of `names` that one object has twice, in the order of the text.
  func repeatedName(of names: Set<String>) -> String? {
    if let list { return list.lazy.compactMap { $0.repeatedName(of: names) }.first }
    var found: Set<String> = []
    for member in object?.members ?? [] {
      let isSecond = names.contains(member.name) && !found.insert(member.name).inserted
      if isSecond { return member.name }
      if let name = member.value.repeatedName(of: names) { return name }
    }
    return nil
  }

  fileprivate var saysSomething: Bool { self != .null && self != .string("") }

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
    /// Whether it stands behind a place where the reader had to guess, see `JSONReader`.
    var isGuess = false
  }

  /// The length to which longer texts are cut, in Unicode scalars, because they are kept with the job and sent on. The
  /// evidence has the whole.
  static let textLimit = 4096
  /// The same for a reason. An event with less room cuts it further.
  static let reasonLimit = 65_536

  var members: [Member] = []
  /// Whether some of the structure of a whole body is a guess.
  private(set) var isGuessed = false

  /// Nil if `body` is no JSON object, or not whole.
  init?(_ body: [UInt8]) {
    guard let read = JSONReader.read(body), let object = read.value.object else { return nil }
    self = object
    isGuessed = read.isGuess
  }

  init(_ members: [Member]) { self.members = members }

  /// Nil if there is none.
  subscript(name: String) -> JSONValue? { member(name)?.value }

  /// The last of the members with one name that says something, as nearly all readers of JSON have it. A guess counts
  /// only if no other says something, and then the first one.
  func member(_ name: String) -> Member? {
    let named = members.filter { $0.name == name }
    return named.last { !$0.isGuess && $0.value.saysSomething } ?? named.first { $0.value.saysSomething } ?? named.last
  }

  func text(_ name: String) -> String? { self[name]?.text }

  func object(_ name: String) -> JSONObject? { self[name]?.object }

  /// Without the members that are guesses, in objects within it too: a credential must not be one.
  var withoutGuesses: JSONObject? {
    JSONValue.object(self).mapObjects { JSONObject($0.members.filter { !$0.isGuess }) }.object
  }

  /// With an ellipsis for the rest, which counts as the three bytes that it takes. The limit counts scalars and not
  /// characters, because a single character may be made of any number of marks.
  static func cut(_ text: String, to limit: Int = textLimit) -> String {
    let scalars = text.unicodeScalars
    guard text.utf8.count > limit, scalars.count > limit else { return text }
    return String(scalars.prefix(limit - 3)) + "…"
  }
}
