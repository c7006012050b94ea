import JobWatchCore
import Yams

/// One value of the file with its place and its key path.
///
/// Reading it never throws: a mistake is noted, the answer is nil, and the walk goes on. An operator sees every mistake
/// at once.
struct Setting {
  let node: Node
  let path: String
  let notes: ProblemCollector

  func fail(_ message: String) { note(message, isWarning: false) }

  func warn(_ message: String) { note(message, isWarning: true) }

  private func note(_ message: String, isWarning: Bool) {
    let mark = node.mark.map(ConfigurationMark.init)
    notes.problems.append(ConfigurationProblem(message, at: mark, path: path, isWarning: isWarning))
  }

  /// Notes a word that is none of `known`.
  /// - Parameter otherwise: another cure.
  func fail(_ word: String, isNo noun: String, among known: [String], otherwise: String = "") {
    fail(Quotation.refusal(of: word, at: path, isNo: noun, among: known) + otherwise)
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

  private var numberShape: String {
    guard let scalar else { return shape }
    if Quotation.allows(number: scalar) { return "\"\(scalar)\"" }
    return Double(scalar) == nil ? shape : "that number"
  }

  private var isNull: Bool {
    guard case .scalar(let scalar) = node else { return false }
    return scalar.style == .plain && ["", "~", "null", "Null", "NULL"].contains(scalar.string)
  }

  /// The text of a scalar: `0605` is an id, not the number 605. Nil for anything else, without a note.
  private var scalar: String? {
    guard case .scalar(let scalar) = node, !isNull else { return nil }
    return scalar.string
  }

  func text(_ wanted: String = "text") -> String? {
    if let scalar, !scalar.isEmpty { return scalar }
    fail("must be \(wanted), not \(shape)")
    return nil
  }

  /// A text that must pass a check.
  /// - Parameter rule: the message for one that does not.
  func text(_ wanted: String, else rule: String, where isValid: (String) -> Bool) -> String? {
    guard let text = text(wanted) else { return nil }
    if isValid(text) { return text }
    fail(rule)
    return nil
  }

  func name() -> String? { text("a name", else: ConfiguredName.rule, where: ConfiguredName.isValid) }

  /// A word that is one of `known`.
  /// - Parameter reason: a better explanation for a word that is not.
  func word(
    _ wanted: String, isNo noun: String, among known: [String], reason: (String) -> String? = { _ in nil }
  ) -> String? {
    guard let word = text(wanted) else { return nil }
    if known.contains(word) { return word }
    if let reason = reason(word) { fail(reason) } else { fail(word, isNo: noun, among: known) }
    return nil
  }

  /// A name that messages quote. One that looks like a secret is refused, because it may be the secret itself.
  /// - Parameter rule: the message for a name that does not pass the check.
  func openName(_ wanted: String, else rule: String = "", where isValid: (String) -> Bool = { _ in true }) -> String? {
    let hint = "must be \(wanted), and looks like a secret: write a name, without digits amid its letters"
    guard let name = text(wanted, else: hint, where: { !Quotation.isLikelySecret($0) }) else { return nil }
    if isValid(name) { return name }
    fail(rule)
    return nil
  }

  func absolutePath() -> String? {
    text("an absolute path", else: "must be an absolute path such as /var/lib/jobwatch") {
      $0.hasPrefix("/") && !$0.contains("\0") && $0.utf8.count <= 4096
    }.map { $0.count > 1 && $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
  }

  func duration(_ range: ClosedRange<Duration>) -> Duration? {
    guard let text = text("a duration such as 30s") else { return nil }
    guard let value = Duration(text: text) else {
      fail("must be a number and one of ms, s, m, h, d, such as 90s or 1.5h, not \(numberShape)")
      return nil
    }
    if range.contains(value) { return value }
    fail("must be \(range.lowerBound.text) to \(range.upperBound.text), not \(value.text)")
    return nil
  }

  func integer(_ range: ClosedRange<Int>) -> Int? { number("a whole number", range) }

  func fraction(_ range: ClosedRange<Double>) -> Double? { number("a number", range) }

  private func number<Value: LosslessStringConvertible>(_ noun: String, _ range: ClosedRange<Value>) -> Value? {
    if let value = scalar.flatMap(Value.init), range.contains(value) { return value }
    fail("must be \(noun), \(range.lowerBound) to \(range.upperBound), not \(numberShape)")
    return nil
  }

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
      notes.marks[entry.path] = node.mark.map(ConfigurationMark.init)
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

/// The keys below one key of the file. An unknown key is noted with the nearest known one.
struct Section {
  let setting: Setting
  private var values: [String: Setting] = [:]

  init(_ mapping: Node.Mapping, of setting: Setting, known: [String]) {
    self.setting = setting
    for (key, value) in mapping {
      let name = key.scalar?.string ?? ""
      let path = setting.path(of: name, among: known)
      if known.contains(name) {
        values[name] = Setting(node: value, path: path, notes: setting.notes)
        setting.notes.marks[path] = key.mark.map(ConfigurationMark.init)
      } else {
        let place = Setting(node: key, path: path, notes: setting.notes)
        place.fail("unknown key; \(Self.hint(name, among: known))")
      }
    }
  }

  private static func hint(_ name: String, among known: [String]) -> String {
    name == "<<" ? "merge keys are not supported: write the keys out" : NearestName.hint(name, among: known)
  }

  /// Nil when the key is absent.
  subscript(key: String) -> Setting? { values[key] }

  var isEmpty: Bool { values.isEmpty }

  /// Notes the absence, with what to write.
  func required(_ key: String, _ cure: String) -> Setting? {
    if let value = values[key] { return value }
    setting.fail("\(key) is missing: \(cure)")
    return nil
  }
}

/// Puts a value in its place, and leaves the default there where it could not be read.
func set<Value>(_ place: inout Value, _ value: Value?) {
  if let value { place = value }
}

/// What of the file a message may quote. A secret can stand anywhere by mistake: as an unknown key, as a name, in the
/// place of a list. Messages are logged, and therefore name the line and the key path. They quote only what cannot be a
/// secret.
package enum Quotation {
  /// Parts of the file that hold secrets: there even a plain word can be a password.
  private static let secretive = ["accounts", "channels", "heartbeat"]

  /// A word that is one of `known`, perhaps with a typing error, or outside of the secretive parts a plain name.
  static func allows(_ word: String, at path: String, among known: [String]) -> Bool {
    // It would make two lines of one, or change the terminal that shows it.
    if word.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) { return false }
    if known.contains(word) || NearestName.to(word, among: known) != nil { return true }
    return !secretive.contains(where: path.hasPrefix) && ConfiguredName.isValid(word) && !isLikelySecret(word)
  }

  package static func refusal(of word: String, at path: String, isNo noun: String, among known: [String]) -> String {
    let quote = allows(word, at: path, among: known) ? "\"\(word)\" " : ""
    return "\(quote)is no \(noun); \(NearestName.hint(word, among: known))"
  }

  /// A short number with its unit, where such is wanted: `0`, `-0.6`, `5min`.
  static func allows(number text: String) -> Bool {
    let text = text.hasPrefix("-") ? text.dropFirst() : text[...]
    let digits = text.utf8.prefix { isDigit($0) || $0 == UInt8(ascii: ".") }
    let unit = text.utf8.dropFirst(digits.count)
    return (1...6).contains(digits.count) && unit.count <= 7 && unit.allSatisfy(isLetter)
  }

  /// Whether a text is an address, a long number, or random as keys are. These have digits amid their letters; a name
  /// such as `OTC_SECRET_KEY_2` or `k8s-eu1a-b2c` has few, or is short.
  static func isLikelySecret(_ text: String) -> Bool {
    let parts = text.utf8.split { !$0.isAlphanumeric }
    let length = parts.map(\.count).reduce(0, +)
    if text.contains("://") || (length >= 12 && parts.joined().allSatisfy(isDigit)) { return true }
    let amid = parts.map { zip($0, $0.dropFirst()).count { isDigit($0) && isLetter($1) } }
    return (length >= 16 && amid.reduce(0, +) >= 3) || zip(parts, amid).contains { $0.count >= 16 && $1 > 0 }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

  private static func isLetter(_ byte: UInt8) -> Bool {
    byte.isAlphanumeric && !isDigit(byte)
  }
}
