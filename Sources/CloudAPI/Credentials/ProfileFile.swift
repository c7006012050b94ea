/// A credentials file of the vendor's SDK:
///
/// ```
/// # a comment, as is a line that begins with ;
/// [basic]
/// ak = EXAMPLEAK
/// sk = …
/// ```
/// The SDK passes over in silence what is a mistake in a file with one purpose; this reader refuses it. No error
/// quotes a value.
struct ProfileFile: Sendable {
  private let path: String
  private var sections: [String: [String: String]] = [:]

  /// `path` is for the errors.
  init(_ text: String, path: String) throws(SecretError) {
    self.path = path
    var section: String?
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .enumerated()
    {
      let line = Self.trimmed(line)
      if line.unicodeScalars.first == "\u{FEFF}" {
        throw failure(
          index + 1, "begins with a byte order mark, as where files were joined: remove it")
      }
      if line.isEmpty || line.first == "#" || line.first == ";" { continue }
      if line.first == "[" {
        section = try begin(line, number: index + 1)
      } else {
        try add(line, to: section, number: index + 1)
      }
    }
  }

  /// Nil where there is no such section.
  subscript(section: String) -> [String: String]? { sections[section] }

  private mutating func begin(_ line: Substring, number: Int) throws(SecretError) -> String {
    let name = String(Self.trimmed(line.dropFirst().dropLast()))
    guard line.last == "]", !name.isEmpty else {
      throw failure(number, "begins a section without an end: write [basic]")
    }
    guard sections.updateValue([:], forKey: name) == nil else {
      throw failure(number, "begins section [\(name)] a second time: join the two")
    }
    return name
  }

  private mutating func add(
    _ line: Substring, to section: String?, number: Int
  ) throws(SecretError) {
    guard let equals = line.firstIndex(of: "=") else {
      throw failure(number, "is no [section], no name = value and no comment")
    }
    // No error quotes the line, because without a name the rest may be a secret.
    let name = Self.trimmed(line[..<equals]).lowercased()
    let value = Self.trimmed(line[equals...].dropFirst())
    guard !name.isEmpty, name.utf8.allSatisfy(Self.isNamePart) else {
      throw failure(number, "has no name before its \"=\": write name = value")
    }
    guard let section else {
      throw failure(number, "is in no section: write [basic] above it")
    }
    guard !value.isEmpty else {
      throw failure(number, "has no value for \(name): give one, or remove the line")
    }
    guard value.first != "\"", value.first != "'" else {
      throw failure(number, "has a value in quotes, which would be part of it: remove them")
    }
    guard sections[section]?.updateValue(String(value), forKey: name) == nil else {
      throw failure(number, "gives \(name) a second time: remove one")
    }
  }

  private func failure(_ line: Int, _ problem: String) -> SecretError {
    SecretError(message: "file \(path): line \(line) \(problem)")
  }

  private static func isNamePart(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || byte == UInt8(ascii: "_")
  }

  private static func trimmed(_ text: Substring) -> Substring {
    var text = text.drop(while: \.isWhitespace)
    while text.last?.isWhitespace == true { text.removeLast() }
    return text
  }
}
