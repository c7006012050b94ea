import JobWatchCore
import Logging

/// One entry of the daemon's log, in no format yet.
package struct LogEntry: Sendable {
  package struct Field: Sendable, Hashable {
    /// In lower case, as in `job_id`; each format makes it fit.
    package var key: String
    package var value: String

    package init(_ key: String, _ value: String) {
      self.key = key
      self.value = LogEntry.cut(value)
    }
  }

  package var level: Logger.Level
  package var message: String
  /// Shown in every format.
  package var fields: [Field]
  /// Shown in formats with separate fields only.
  package var details: [Field] = []
  package var id: MessageID?

  package init(_ level: Logger.Level, _ message: String, fields: [Field] = [], id: MessageID? = nil) {
    self.level = level
    self.message = Self.cut(message)
    self.fields = fields
    self.id = id
  }

  /// UTF-8 bytes of a value, and of a line of text. Several such values fit into a datagram of the journal's socket, and
  /// a line stays below the 48 KiB at which the journal breaks standard error. The database keeps the whole text.
  package static let valueLimit = 16_384

  /// `text`, or its beginning and an ellipsis.
  package static func cut(_ text: String) -> String {
    guard text.utf8.count > valueLimit else { return text }
    let mark = "…"
    var end = text.utf8.index(text.startIndex, offsetBy: valueLimit - mark.utf8.count)
    while end.samePosition(in: text.unicodeScalars) == nil { end = text.utf8.index(before: end) }
    return text[..<end] + mark
  }

  var line: String {
    let fields = fields.map { " \(Self.oneLine($0.key))=\(Self.quoted($0.value))" }
    return Self.cut(Self.oneLine(message) + fields.joined())
  }

  /// syslog(3)
  var priority: Int {
    switch level {
    case .trace, .debug: 7
    case .info: 6
    case .notice: 5
    case .warning: 4
    case .error: 3
    case .critical: 2
    }
  }

  /// A value from outside must neither begin a line of its own nor command the terminal.
  private static func oneLine(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { scalar in
          switch scalar.properties.generalCategory {
          case .control, .lineSeparator, .paragraphSeparator: " "
          default: scalar
          }
        }))
  }

  private static func quoted(_ text: String) -> String {
    let line = oneLine(text)
    guard line.isEmpty || line.contains(where: { " \"=".contains($0) }) else { return line }
    return "\"" + line.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }
}
