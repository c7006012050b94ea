import Foundation
import JobWatchCore
import Logging

/// Log lines on standard error: with a time on a terminal or in a file, with a priority prefix (`<4>`) instead
/// where systemd files them in the journal, which has its own clock.
package struct ConsoleLog: LogHandler {
  package var logLevel: Logger.Level = .info
  package var metadata: Logger.Metadata = [:]
  private let isJournal: Bool

  /// - Parameter environment: systemd sets `JOURNAL_STREAM` for what it connects to the journal.
  package init(environment: [String: String] = ProcessInfo.processInfo.environment) {
    isJournal = environment["JOURNAL_STREAM"] != nil
  }

  package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  package func log(event: LogEvent) {
    let head =
      isJournal ? "<\(priority(event.level))>" : "\(Timestamp(Date())) \(name(event.level)) "
    var line = head + Self.oneLine("\(event.message)")
    let values = metadata.merging(event.metadata ?? [:]) { $1 }
    for (key, value) in values.sorted(by: { $0.key < $1.key }) {
      line += " \(key)=\(Self.quoted("\(value)"))"
    }
    // `FileHandle` ends the process where it cannot write; a full disk under a redirected log must not. There is
    // no other place to tell that a line is lost.
    Array((line + "\n").utf8).withUnsafeBytes { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }

  /// A value from outside must not be able to begin a line of its own.
  private static func oneLine(_ text: String) -> String {
    String(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : Character($0) })
  }

  private static func quoted(_ text: String) -> String {
    let line = oneLine(text)
    guard line.isEmpty || line.contains(where: { " \"=".contains($0) }) else { return line }
    return "\"" + line.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }

  private func name(_ level: Logger.Level) -> String {
    level.rawValue.padding(toLength: 8, withPad: " ", startingAt: 0)
  }

  /// syslog(3)
  private func priority(_ level: Logger.Level) -> Int {
    switch level {
    case .trace, .debug: 7
    case .info: 6
    case .notice: 5
    case .warning: 4
    case .error: 3
    case .critical: 2
    }
  }
}
