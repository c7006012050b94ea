import JobWatchCore
import JobWatchStore
import Logging

/// One line per event on standard error, which systemd files in the journal.
struct JournalChannel: Sendable {
  private var log: Logger

  /// Events are written whatever the level of the daemon's own lines.
  init(log: Logger) {
    self.log = log
    self.log.logLevel = .trace
  }

  func deliver(_ message: OutgoingMessage) throws -> DeliveryOutcome {
    let data = try EventData(json: message.event.data)
    var metadata: Logger.Metadata = ["seq": "\(message.event.seq)"]
    metadata["job_id"] = data.jobID.map { "\($0)" }
    metadata["account"] = data.account.map { "\($0)" }
    metadata["service"] = data.service.map { "\($0)" }
    metadata["cure"] = data.cure.map { "\($0)" }
    log.log(
      level: level(EventKind(rawValue: message.event.kind)?.severity),
      "\(message.event.kind): \(data.summary)", metadata: metadata)
    return .delivered(status: nil)
  }

  private func level(_ severity: EventKind.Severity?) -> Logger.Level {
    switch severity {
    case .error: .error
    case .warning: .warning
    case .notice, nil: .notice
    }
  }
}
