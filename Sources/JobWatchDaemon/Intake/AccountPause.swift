import JobWatchCore
import JobWatchSpool
import JobWatchStore

/// The effect of a command that pauses or resumes an account: one condition on record, and the event that tells it.
struct AccountPause: Sendable {
  let command: SpoolCommand
  /// Who commands it.
  let user: String

  /// Without effect on an account that is already as commanded.
  func apply(at now: Timestamp, _ transaction: Transaction, _ routes: RouteTable) throws {
    let change: ConditionChange =
      switch command.verb {
      case .pause: .paused(account: command.account, by: user, reason: command.reason, at: now)
      case .resume: .resumed(account: command.account, by: user, reason: command.reason, at: now)
      }
    try transaction.apply(change, routes: routes)
  }
}
