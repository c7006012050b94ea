import CloudAPI
import JobWatchCore
import JobWatchFiles
import JobWatchLogging
import JobWatchStore
import Logging

/// What stays while configurations come and go, and what the daemon has of the machine. A simulation passes its own
/// machine.
package struct DaemonContext: Sendable {
  let store: Store
  let report: ServiceReport
  let log: Logger
  let output: LogOutput
  let credentials = CredentialMemory()
  let clocks = ClockMemory()
  package var time = Time.system
  package var intervals = Intervals()
  package var random: @Sendable () -> UInt64 = { .random(in: .min ... .max) }
  package var watchDirectory = InotifyWatch.begin
  package var openTransport = Transports.openClient

  package init(store: Store, report: ServiceReport, log: Logger, output: LogOutput = LogOutput()) {
    self.store = store
    self.report = report
    self.log = log
    self.output = output
  }

  func tell(_ kind: EventKind, _ summary: String, to routes: RouteTable) async throws {
    let event = EventDraft(kind, at: time.now().wall, EventData(summary: summary))
    let channels = routes.channels(for: event)
    _ = try await store.write { try $0.append(event, of: nil, to: channels) }
  }
}
