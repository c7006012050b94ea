import JobWatchCore
import JobWatchStore
import PollPlanning

/// What is left of the quota of one (account, service); with `--json` it is printed as it is, durations in seconds.
struct QuotaStatus: Encodable {
  /// The most calls in any window of `limitSeconds`.
  let limitCalls: Int
  let limitSeconds: Double
  /// Where the limit is from: `configured`, `cloud` (its answer to a refused call) or `assumed`.
  let source: String
  /// Calls of the current window, as of the record.
  let usedCalls: Int
  /// No call is made before.
  let blockedUntil: Timestamp?
  let recordedAt: Timestamp

  init(_ record: RateLimiterRecord, at now: Moment) {
    let limit = record.limit
    let elapsed = record.elapsed(at: now)
    (limitCalls, limitSeconds, source) = (limit.calls, limit.window.seconds, limit.source)
    usedCalls = record.used(in: limit.window, after: elapsed)
    let blocked = record.blockedFor - elapsed
    blockedUntil = blocked > .zero ? now.wall + blocked : nil
    recordedAt = record.savedAt
  }
}

extension QuotaStatus {
  /// The status in sentences for people.
  func words(at now: Timestamp) -> String {
    let who =
      switch source {
      case "configured": "95 % of the configured quota, over a window 5 % longer"
      case "cloud": "95 % of what the cloud allows, over a window 5 % longer"
      default: "assumed until the cloud says otherwise"
      }
    let limit = "At most \(limitCalls) calls in \(Duration.seconds(limitSeconds).spoken), \(who); "
    let age = max(now - recordedAt, .zero)
    let used = "\(usedCalls) of them used as of \(age.spoken) ago."
    let blocked = blockedUntil.map { until in
      " No call before \(until) (in \((until - now).spoken)): the cloud asked for fewer."
    }
    return limit + used + (blocked ?? "")
  }
}
