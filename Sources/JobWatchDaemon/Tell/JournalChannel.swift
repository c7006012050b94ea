import JobWatchCore
import JobWatchFiles
import JobWatchLogging
import JobWatchStore
import Logging

/// Writes an event as an entry of the daemon's log; in the journal it has a field for everything to search by.
struct JournalChannel: Sendable {
  let output: LogOutput

  /// Events are written whatever the level of the daemon's own lines.
  func deliver(_ message: OutgoingMessage, at now: Moment) throws -> DeliveryOutcome {
    let entry = try Self.entry(message.event)
    do throws(FileFailure) {
      try output.write(entry, at: now.wall, isKept: true)
      return .delivered(status: nil)
    } catch {
      return .retry(status: nil, reason: error.description, retryAfter: nil)
    }
  }

  static func entry(_ event: StoredEvent) throws -> LogEntry {
    let data = try EventData(json: event.data)
    let kind = EventKind(rawValue: event.kind)
    var entry = LogEntry(
      level(kind?.severity), "\(event.kind): \(data.summary)",
      fields: fields([
        ("account", data.account), ("cure", data.cure), ("job_id", data.jobID),
        ("seq", "\(event.seq)"), ("service", data.service),
      ]), id: kind.map(MessageID.init))
    let labels = (data.labels ?? [:]).sorted { $0.key < $1.key }
    entry.details = fields(
      [
        ("event", event.kind), ("event_time", "\(event.at)"), ("region", data.region),
        ("job_type", data.jobType), ("state", data.state?.rawValue),
        ("certainty", data.certainty?.rawValue), ("error_code", data.errorCode),
        ("fail_reason", data.failReason), ("request_id", data.requestID),
        ("channel", data.channel), ("file", data.file), ("cause", data.cause),
      ] + labels.map { ("label_\($0.key)", $0.value) })
    return entry
  }

  private static func fields(_ values: [(key: String, value: String?)]) -> [LogEntry.Field] {
    values.compactMap { key, value in value.map { LogEntry.Field(key, $0) } }
  }

  private static func level(_ severity: EventKind.Severity?) -> Logger.Level {
    switch severity {
    case .error: .error
    case .warning: .warning
    case .notice, nil: .notice
    }
  }
}
