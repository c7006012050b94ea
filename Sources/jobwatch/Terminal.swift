import Foundation

/// What standard output leads to, as far as it changes what is printed.
struct Terminal {
  /// In columns; nil where nothing limits a line: a pipe, a file.
  let width: Int?
  /// Only on a terminal, and not where `NO_COLOR` asks for none.
  let hasColour: Bool

  static let standardOutput = Terminal(
    isTerminal: isatty(STDOUT_FILENO) == 1, environment: ProcessInfo.processInfo.environment)

  init(isTerminal: Bool, environment: [String: String]) {
    let wantsNone = environment["NO_COLOR"].map { !$0.isEmpty } ?? false
    hasColour = isTerminal && !wantsNone && environment["TERM"] != "dumb"
    var size = winsize()
    let isKnown = isTerminal && ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0
    width = isKnown && size.ws_col > 0 ? Int(size.ws_col) : nil
  }

  enum Colour: Int { case red = 31, green, yellow }

  /// `text` as it is without a colour, and wherever there are none.
  func painted(_ text: String, _ colour: Colour?) -> String {
    guard hasColour, let colour else { return text }
    return "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m"
  }
}

extension String {
  /// Without control characters: what the cloud wrote must neither begin a line of its own nor
  /// command the terminal.
  var onOneLine: String {
    String(
      unicodeScalars.map { scalar in
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: " "
        default: Character(scalar)
        }
      })
  }
}
