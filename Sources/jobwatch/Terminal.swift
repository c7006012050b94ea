import Foundation

/// The properties of standard output that change what is printed.
struct Terminal {
  /// In columns; nil where nothing limits a line: a pipe, a file.
  let width: Int?
  /// True on a terminal, unless `NO_COLOR` is set.
  let hasColour: Bool
  /// Whether Unicode's blocks may be drawn: on a terminal whose user's locale is UTF-8. A pipe may lead anywhere.
  let hasBlocks: Bool

  static let standardOutput = Terminal(
    isTerminal: isatty(STDOUT_FILENO) == 1, environment: ProcessInfo.processInfo.environment)

  init(isTerminal: Bool, environment: [String: String]) {
    let wantsNone = environment["NO_COLOR"].map { !$0.isEmpty } ?? false
    hasColour = isTerminal && !wantsNone && environment["TERM"] != "dumb"
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].compactMap { environment[$0] }.first { !$0.isEmpty }
    let encoding = locale?.uppercased().replacing("-", with: "") ?? ""
    hasBlocks = isTerminal && encoding.hasSuffix("UTF8") && environment["TERM"] != "dumb"
    var size = winsize()
    let isKnown = isTerminal && ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0
    width = isKnown && size.ws_col > 0 ? Int(size.ws_col) : nil
  }

  enum Colour: Int { case red = 31, green, yellow }

  func painted(_ text: String, _ colour: Colour?) -> String {
    guard hasColour, let colour else { return text }
    return "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m"
  }
}

extension String {
  /// Without control characters: what the cloud wrote must not begin a line or command the terminal.
  var onOneLine: String {
    String(
      unicodeScalars.map { scalar in
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: " "
        // These change the direction of the text that follows.
        case .format where scalar.properties.isBidiControl: " "
        default: Character(scalar)
        }
      })
  }

  /// Its words on lines of at most so many columns, as far as the words are not longer themselves.
  func wrapped(to width: Int?) -> [String] {
    guard let width else { return [self] }
    var lines: [String] = []
    for word in split(separator: " ") {
      if let last = lines.last, last.count + 1 + word.count <= width {
        lines[lines.count - 1] += " " + word
      } else {
        lines.append(String(word))
      }
    }
    return lines
  }
}

/// `1 job`, `2 jobs`.
func counted(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

extension Terminal {
  static let indent = "  "

  var indentedWidth: Int? { width.map { $0 - Self.indent.count } }

  func indented(_ text: String) -> [String] {
    text.onOneLine.wrapped(to: indentedWidth).map { Self.indent + $0 }
  }

  func indented(_ rows: [[String]], _ fit: TableFit) -> [String] {
    fit.lines(rows, width: indentedWidth).map { Self.indent + $0 }
  }
}
