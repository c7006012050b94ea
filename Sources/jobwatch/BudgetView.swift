import JobWatchCore
import JobWatchStore

/// What is left of the quota of one (account, service), as `--json` prints it; durations are seconds.
struct BudgetView: Encodable {
  /// At most so many calls in any window of so many seconds.
  let limitCalls: Int
  let limitSeconds: Double
  /// Who says so: `configured`, `cloud` (it said so when it refused a call) or `assumed`.
  let source: String
  /// Calls that stand in the window, as of the record.
  let usedCalls: Int
  /// No call is made before.
  let blockedUntil: Timestamp?
  let recordedAt: Timestamp

  init(_ saved: Ledger.SavedBudget, at now: Moment) {
    let record = saved.record
    let limit = record.limit
    let elapsed = record.elapsed(since: saved.savedAt, at: now)
    limitCalls = limit.calls
    limitSeconds = limit.window.seconds
    source = limit == record.share ? "configured" : record.isTold ? "cloud" : "assumed"
    usedCalls = record.used(in: limit.window, after: elapsed)
    let blocked = record.blockedFor - elapsed
    blockedUntil = blocked > .zero ? now.wall + blocked : nil
    recordedAt = saved.savedAt
  }
}

extension BudgetView {
  /// For people.
  func words(at now: Timestamp) -> String {
    let who =
      switch source {
      case "configured": "the configured quota"
      case "cloud": "as the cloud has said"
      default: "assumed until the cloud says otherwise"
      }
    let limit = "At most \(limitCalls) calls in \(Duration.seconds(limitSeconds).spoken), \(who); "
    let age = max(now - recordedAt, .zero)
    let used = "\(usedCalls) of them used, as it was put on record \(age.spoken) ago."
    let blocked = blockedUntil.map { until in
      " None before \(until) (in \((until - now).spoken)): the quota was used up."
    }
    return limit + used + (blocked ?? "")
  }
}
