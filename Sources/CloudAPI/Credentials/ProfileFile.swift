/// A credentials file of the vendor's SDK:
///
/// ```
/// # a comment, as is a line that begins with ;
/// [basic]
/// ak = EXAMPLEAK
/// sk = …
/// ```
/// The SDK passes over in silence what is a mistake in a file with one purpose; this reader refuses it. No error
/// quotes a line, a section or a value: what is out of place may be a secret.
struct ProfileFile: Sendable {
  private(set) var sections: [String: [String: String]] = [:]
  private var section: String?

  init(_ text: String, path: String) throws(SecretError) {
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    for (index, line) in lines.enumerated() {
      if let mistake = read(Self.trimmed(line)) {
        throw SecretError(message: "file \(path): line \(index + 1) \(mistake)")
      }
    }
  }

  /// Returns the mistake in the line, if there is one.
  private mutating func read(_ line: Substring) -> String? {
    if line.unicodeScalars.first == "\u{FEFF}" {
      return "begins with a byte order mark, as where files were joined: remove it"
    }
    switch line.first {
    case nil, "#", ";": return nil
    case "[": return begin(line)
    default: return add(line)
    }
  }

  private mutating func begin(_ line: Substring) -> String? {
    let name = String(Self.trimmed(line.dropFirst().dropLast()))
    guard line.last == "]", !name.isEmpty else { return "begins a section without an end: write [basic]" }
    guard sections.updateValue([:], forKey: name) == nil else {
      return "begins a section that is above already: join the two"
    }
    section = name
    return nil
  }

  private mutating func add(_ line: Substring) -> String? {
    guard let equals = line.firstIndex(of: "=") else {
      return "is no [section], no name = value and no comment"
    }
    let name = Self.trimmed(line[..<equals]).lowercased()
    let value = Self.trimmed(line[equals...].dropFirst())
    guard name.wholeMatch(of: /[a-z_]+/) != nil else {
      return "has no name before its \"=\": write name = value"
    }
    guard let section else { return "is in no section: write [basic] above it" }
    guard !value.isEmpty else { return "has no value for \(name): give one, or remove the line" }
    guard value.first != "\"", value.first != "'" else {
      return "has a value in quotes, which would be part of it: remove them"
    }
    guard sections[section]?.updateValue(String(value), forKey: name) == nil else {
      return "gives \(name) a second time: remove one"
    }
    return nil
  }

  private static func trimmed(_ text: Substring) -> Substring {
    var text = text.drop(while: \.isWhitespace)
    while text.last?.isWhitespace == true { text.removeLast() }
    return text
  }
}
