import JobWatchCore
import JobWatchLogging
import JobWatchStore
import Logging

/// What stays while configurations come and go.
struct DaemonContext: Sendable {
  let store: Store
  let credentials: CredentialMemory
  let report: ServiceReport
  let clock: Clock
  let log: Logger
  /// Where channels of type journal write.
  let output: LogOutput

  /// The daemon's own life, as an event.
  func tell(_ kind: EventKind, _ summary: String, to routes: RouteTable) async throws {
    let event = EventDraft(kind, at: clock().wall, EventData(summary: summary))
    let channels = routes.channels(for: event)
    _ = try await store.write { try $0.append(event, of: nil, to: channels) }
  }
}
