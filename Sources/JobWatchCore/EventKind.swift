/// The catalogue of events. A contract: names are only ever added.
package enum EventKind: String, Sendable, Codable, CaseIterable {
  case jobRegistered = "job.registered"
  case jobPending = "job.pending"
  case jobRunning = "job.running"
  case jobAwaitingPayment = "job.awaiting_payment"
  case jobSucceeded = "job.succeeded"
  case jobFailed = "job.failed"
  case jobLost = "job.lost"
  case jobFound = "job.found"
  case jobUnknown = "job.unknown"
  case jobLapsed = "job.lapsed"
  case jobForgotten = "job.forgotten"
  case jobExpiring = "job.expiring"
  case jobAtRisk = "job.at_risk"
  case jobStuck = "job.stuck"
  case jobLate = "job.late"
  case jobUnrecognised = "job.unrecognised"
  case accountPaused = "account.paused"
  case accountResumed = "account.resumed"
  case endpointDown = "endpoint.down"
  case endpointUp = "endpoint.up"
  case channelFailing = "channel.failing"
  case channelRecovered = "channel.recovered"
  case daemonStarted = "daemon.started"
  case daemonStopped = "daemon.stopped"
  case daemonDegraded = "daemon.degraded"
  case daemonRestored = "daemon.restored"
  case daemonRepaired = "daemon.repaired"
  case spoolRejected = "spool.rejected"

  package init(entering state: JobState) {
    self =
      switch state {
      case .registered: .jobRegistered
      case .pending: .jobPending
      case .running: .jobRunning
      case .awaitingPayment: .jobAwaitingPayment
      case .succeeded: .jobSucceeded
      case .failed: .jobFailed
      case .lapsed: .jobLapsed
      case .lost: .jobLost
      case .unknown: .jobUnknown
      case .forgotten: .jobForgotten
      }
  }

  /// Progress events, which webhooks do not get unless a route names them.
  package var isProgress: Bool { self == .jobRegistered || self == .jobPending || self == .jobRunning }

  /// The journal's priority, and the colour on a terminal.
  package var severity: Severity {
    switch self {
    case .jobFailed, .jobLost, .jobAtRisk, .accountPaused, .endpointDown, .channelFailing,
      .daemonDegraded:
      .error
    case .jobUnknown, .jobLapsed, .jobExpiring, .jobStuck, .jobLate, .jobUnrecognised,
      .spoolRejected, .daemonRestored, .daemonRepaired:
      .warning
    default: .notice
    }
  }

  package enum Severity: Sendable { case notice, warning, error }
}
