import Foundation
import JobWatchCore
import JobWatchFiles
import Logging

package enum LogFormat: String, Sendable, CaseIterable {
  /// `journal` where systemd connected standard error to it, `text` elsewhere.
  case auto
  case text
  case json
  case journal
}

/// The destination of the daemon's log: standard error, or the journal that standard error leads to.
package struct LogOutput: Sendable {
  private enum Form {
    case text, json
    case journal(JournalSocket)
  }

  private let form: Form
  private let stream: LogStream

  /// - Parameters:
  ///   - environment: systemd sets `JOURNAL_STREAM` for what it connects to the journal.
  ///   - descriptor: in place of standard error.
  ///   - journal: the path of the journal's socket.
  package init(
    _ format: LogFormat = .auto, environment: [String: String] = ProcessInfo.processInfo.environment,
    descriptor: Int32 = STDERR_FILENO, journal: String = JournalSocket.defaultPath
  ) {
    stream = LogStream(descriptor: descriptor)
    let isJournal = Self.leadsToJournal(descriptor, environment)
    form =
      switch format {
      case .auto where isJournal, .journal: .journal(JournalSocket(path: journal))
      case .auto, .text: .text
      case .json: .json
      }
  }

  /// Redirections and child processes inherit the variable: it counts only while it names the open file
  /// (systemd.exec(5)).
  private static func leadsToJournal(_ descriptor: Int32, _ environment: [String: String]) -> Bool {
    var status = stat()
    guard let stream = environment["JOURNAL_STREAM"], fstat(descriptor, &status) == 0 else { return false }
    return stream == "\(status.st_dev):\(status.st_ino)"
  }

  /// Returns once the entry is with the kernel. Standard error gets entries that the journal's socket does not take,
  /// with a priority and without fields.
  ///
  /// - Parameter isKept: the caller tries again later if the journal is full; otherwise standard error gets the entry.
  /// - Throws: after a bounded time, if the entry could not be written.
  package func write(_ entry: LogEntry, at now: Timestamp, isKept: Bool) throws(FileFailure) {
    switch form {
    case .text: try stream.write(Self.text(entry, at: now))
    case .json: try stream.write(Self.json(entry, at: now))
    case .journal(let socket):
      do throws(FileFailure) {
        try socket.send(JournalEntry(entry).datagram)
      } catch {
        if isKept && JournalSocket.isFull(error) { throw error }
        try stream.write("<\(entry.priority)>\(entry.line)")
      }
    }
  }

  /// Says why the process ends. A terminal gets the text as it is; in other formats each line is an entry.
  package func complain(_ reason: String, at now: Timestamp = Timestamp(Date())) {
    // There is no other place to tell that a line is lost.
    if case .text = form {
      try? stream.write(reason)
    } else {
      for line in reason.split(separator: "\n") {
        try? write(LogEntry(.error, String(line), id: .cannotRun), at: now, isKept: false)
      }
    }
  }

  private static func text(_ entry: LogEntry, at now: Timestamp) -> String {
    let level = entry.level.rawValue.padding(toLength: 8, withPad: " ", startingAt: 0)
    return "\(now) \(level) \(entry.line)"
  }

  /// Built by hand, because a line begins with its time. All values are strings.
  private static func json(_ entry: LogEntry, at now: Timestamp) -> String {
    var members = [
      ("time", quoted("\(now)")), ("level", quoted(entry.level.rawValue)),
      ("message", quoted(entry.message)),
    ]
    if let id = entry.id { members.append(("message_id", quoted(id.rawValue))) }
    let fields = (entry.fields + entry.details).map { ($0.key, quoted($0.value)) }
    if !fields.isEmpty { members.append(("fields", object(fields))) }
    return object(members)
  }

  private static func object(_ members: [(key: String, value: String)]) -> String {
    "{" + members.map { "\(quoted($0.key)):\($0.value)" }.joined(separator: ",") + "}"
  }

  /// A string always has a form in JSON; the empty one stands for what Foundation's signature allows for.
  private static func quoted(_ text: String) -> String { (try? StoredJSON.text(text)) ?? "\"\"" }
}

/// Hands the daemon's own lines to a `LogOutput`.
package struct ConsoleLog: LogHandler {
  package var logLevel: Logger.Level = .info
  package var metadata: Logger.Metadata = [:]
  private let output: LogOutput

  package init(output: LogOutput = LogOutput()) { self.output = output }

  package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  package func log(event: LogEvent) {
    var values = metadata.merging(event.metadata ?? [:]) { $1 }
    let id = values.removeValue(forKey: Logger.Metadata.messageIDKey)
      .flatMap { MessageID(rawValue: "\($0)") }
    let fields = values.sorted { $0.key < $1.key }.map { LogEntry.Field($0.key, "\($0.value)") }
    let entry = LogEntry(event.level, "\(event.message)", fields: fields, id: id)
    // There is no other place to tell that a line is lost.
    try? output.write(entry, at: Timestamp(Date()), isKept: false)
  }
}

extension Logger.Metadata {
  /// The metadata that names a line's `MessageID`, and is no field.
  fileprivate static let messageIDKey = "message_id"

  /// The metadata of a line that operators look up by its id.
  package static func message(_ id: MessageID, _ values: Logger.Metadata = [:]) -> Logger.Metadata {
    values.merging([messageIDKey: "\(id.rawValue)"]) { $1 }
  }
}
