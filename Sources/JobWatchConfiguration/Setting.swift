import JobWatchCore
import Yams

/// One value of the file with its place and its key path.
///
/// Reading it never throws: a mistake is noted, the answer is nil, and the walk goes on. So an operator sees every
/// mistake at once.
struct Setting {
  let node: Node
  let path: String
  let notes: ProblemCollector

  func fail(_ message: String) {
    notes.add(message, at: node.mark, path: path, isWarning: false)
  }

  func warn(_ message: String) {
    notes.add(message, at: node.mark, path: path, isWarning: true)
  }

  /// Notes a word that is none of `known`.
  /// - Parameter otherwise: another cure.
  func fail(_ word: String, isNo noun: String, among known: [String], otherwise: String = "") {
    let quote = Quotation.allows(word, at: path, among: known) ? "\"\(word)\" " : ""
    fail("\(quote)is no \(noun); \(NearestName.hint(word, among: known))\(otherwise)")
  }

  /// The kind of value, for messages: `a list`, `a set of keys`, `a text`.
  private var shape: String {
    switch node {
    case .mapping: "a set of keys"
    case .sequence: "a list"
    case .scalar(let scalar): isNull || scalar.string.isEmpty ? "nothing" : "a text"
    case .alias: "an alias"
    }
  }

  /// `shape` where a number is wanted.
  private var number: String {
    guard let scalar else { return shape }
    if Quotation.allows(number: scalar) { return "\"\(scalar)\"" }
    return Double(scalar) == nil ? shape : "that number"
  }

  private var isNull: Bool {
    guard case .scalar(let scalar) = node else { return false }
    return scalar.style == .plain && ["", "~", "null", "Null", "NULL"].contains(scalar.string)
  }

  /// The text of a scalar: `0605` is an id, not the number 605. Nil for anything else, which is not noted.
  private var scalar: String? {
    guard case .scalar(let scalar) = node, !isNull else { return nil }
    return scalar.string
  }

  func text(_ wanted: String = "text") -> String? {
    if let scalar, !scalar.isEmpty { return scalar }
    fail("must be \(wanted), not \(shape)")
    return nil
  }

  func name() -> String? {
    guard let text = text("a name") else { return nil }
    if ConfiguredName.isValid(text) { return text }
    fail(ConfiguredName.rule)
    return nil
  }

  /// A name that messages quote. One that looks like a secret is refused, because it may be the secret itself.
  func openName(_ wanted: String) -> String? {
    guard let text = text(wanted) else { return nil }
    if !Quotation.isLikelySecret(text) { return text }
    fail(
      "must be \(wanted), and looks like a secret: write a name, without digits amid its letters")
    return nil
  }

  func absolutePath() -> String? {
    guard let text = text("an absolute path") else { return nil }
    guard text.hasPrefix("/"), !text.contains("\0"), text.utf8.count <= 4096 else {
      fail("must be an absolute path such as /var/lib/jobwatch")
      return nil
    }
    return text.count > 1 && text.hasSuffix("/") ? String(text.dropLast()) : text
  }

  func duration(_ range: ClosedRange<Duration>) -> Duration? {
    guard let text = text("a duration such as 30s") else { return nil }
    guard let value = Duration(text: text) else {
      fail("must be a number and one of ms, s, m, h, d, such as 90s or 1.5h, not \(number)")
      return nil
    }
    if range.contains(value) { return value }
    fail("must be \(range.lowerBound.text) to \(range.upperBound.text), not \(value.text)")
    return nil
  }

  func integer(_ range: ClosedRange<Int>) -> Int? {
    if let scalar, let value = Int(scalar), range.contains(value) { return value }
    fail("must be a whole number, \(range.lowerBound) to \(range.upperBound), not \(number)")
    return nil
  }

  func fraction(_ range: ClosedRange<Double>) -> Double? {
    if let scalar, let value = Double(scalar), range.contains(value) { return value }
    fail("must be a number, \(range.lowerBound) to \(range.upperBound), not \(number)")
    return nil
  }

  /// The entries of a list, each with its place.
  func items(_ count: ClosedRange<Int>) -> [Setting]? {
    guard case .sequence(let sequence) = node else {
      fail("must be a list, not \(shape): put it in [ ], or on lines that begin with \"- \"")
      return nil
    }
    guard count.contains(sequence.count) else {
      fail("must hold \(count.lowerBound) to \(count.upperBound) entries, not \(sequence.count)")
      return nil
    }
    return sequence.enumerated().map { index, node in
      let entry = Setting(node: node, path: "\(path)[\(index)]", notes: notes)
      notes.see(entry.path, at: node.mark)
      return entry
    }
  }

  func durations(_ count: ClosedRange<Int>, _ range: ClosedRange<Duration>) -> [Duration]? {
    guard let values = items(count)?.map({ $0.duration(range) }) else { return nil }
    let known = values.compactMap { $0 }
    return known.count == values.count ? known : nil
  }

  /// The keys below this one; a key that is not among `known` is a mistake.
  func section(_ known: [String]) -> Section? {
    guard case .mapping(let mapping) = node else {
      fail("must be a set of keys (\(known.joined(separator: ", "))), not \(shape)")
      return nil
    }
    return Section(mapping, of: self, known: known)
  }

  /// `section` for keys that the user chooses, in the order of the file.
  func entries(_ wanted: String) -> [(key: String, value: Setting)]? {
    guard case .mapping(let mapping) = node else {
      fail("must be \(wanted), not \(shape)")
      return nil
    }
    return mapping.map { key, value in
      let name = key.scalar?.string ?? ""
      return (name, Setting(node: value, path: self.path(of: name), notes: notes))
    }
  }

  /// The path of a key below this one, which ends here if the key must not be shown.
  func path(of key: String, among known: [String] = []) -> String {
    guard Quotation.allows(key, at: path, among: known) else { return path }
    return path.isEmpty ? key : "\(path).\(key)"
  }

  /// Whether a list, a set of keys, or neither is written here.
  var isList: Bool { if case .sequence = node { true } else { false } }
  var isSection: Bool { if case .mapping = node { true } else { false } }
}
