import Foundation
import JobWatchCore
import Logging

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
