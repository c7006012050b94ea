/// A credentials file of the vendor's SDK:
///
/// ```
/// # a comment, as is a line that begins with ;
/// [basic]
/// ak = EXAMPLEAK
/// sk = …
/// ```
/// The SDK passes over in silence what is a mistake in a file with one purpose; this reader refuses it. No error
/// quotes a line or a value, because without a name the rest may be a secret.
struct ProfileFile: Sendable {
  private struct Mistake: Error {
    var text: String
    init(_ text: String) { self.text = text }
  }

  private(set) var sections: [String: [String: String]] = [:]
  private var section: String?

  /// `path` is for the errors.
  init(_ text: String, path: String) throws(SecretError) {
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    for (index, line) in lines.enumerated() {
      do throws(Mistake) {
        try read(Self.trimmed(line))
      } catch {
        throw SecretError(message: "file \(path): line \(index + 1) \(error.text)")
      }
    }
  }

  private mutating func read(_ line: Substring) throws(Mistake) {
    if line.unicodeScalars.first == "\u{FEFF}" {
      throw Mistake("begins with a byte order mark, as where files were joined: remove it")
    }
    switch line.first {
    case nil, "#", ";": return
    case "[": try begin(line)
    default: try add(line)
    }
  }

  private mutating func begin(_ line: Substring) throws(Mistake) {
    let name = String(Self.trimmed(line.dropFirst().dropLast()))
    guard line.last == "]", !name.isEmpty else { throw Mistake("begins a section without an end: write [basic]") }
    guard sections.updateValue([:], forKey: name) == nil else {
      throw Mistake("begins section [\(name)] a second time: join the two")
    }
    section = name
  }

  private mutating func add(_ line: Substring) throws(Mistake) {
    guard let equals = line.firstIndex(of: "=") else {
      throw Mistake("is no [section], no name = value and no comment")
    }
    let name = Self.trimmed(line[..<equals]).lowercased()
    let value = Self.trimmed(line[equals...].dropFirst())
    guard name.wholeMatch(of: /[a-z_]+/) != nil else {
      throw Mistake("has no name before its \"=\": write name = value")
    }
    guard let section else { throw Mistake("is in no section: write [basic] above it") }
    guard !value.isEmpty else { throw Mistake("has no value for \(name): give one, or remove the line") }
    guard value.first != "\"", value.first != "'" else {
      throw Mistake("has a value in quotes, which would be part of it: remove them")
    }
    guard sections[section]?.updateValue(String(value), forKey: name) == nil else {
      throw Mistake("gives \(name) a second time: remove one")
    }
  }

  private static func trimmed(_ text: Substring) -> Substring {
    var text = text.drop(while: \.isWhitespace)
    while text.last?.isWhitespace == true { text.removeLast() }
    return text
  }
}
