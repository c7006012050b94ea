import JobWatchCore

/// A service that takes every call and has no answer for any of its jobs: the endpoint works, so that no breaker shuts,
/// and each job is only asked for later. Once it lasts it is told like an outage.
struct Stall: Sendable {
  var since: Timestamp
  var cause: String
  var answers = 0
  /// `endpoint.down` was told.
  var isTold = false

  /// One odd job of a lane is no stall, nor are two.
  private static let enough = 3

  /// Takes one more answer that is none; true when the stall is to be told now.
  mutating func note(_ reason: String, grace: Duration, at now: Timestamp) -> Bool {
    cause = reason
    answers += 1
    guard !isTold, answers >= Self.enough, now - since >= grace else { return false }
    isTold = true
    return true
  }
}

extension Poller {
  func stalled(_ call: Call, _ reason: String, at now: Timestamp) -> [HealthChange] {
    if lanes[call.lane]?.stall == nil {
      lanes[call.lane]?.stall = Stall(since: now, cause: reason)
      log.notice(
        "a service has no answer for a job now",
        metadata: [
          "lane": "\(call.lane)", "job": "\(call.question.jobID)", "cause": "\(reason)",
        ])
    }
    guard lanes[call.lane]?.stall?.note(reason, grace: grace, at: now) == true,
      let stall = lanes[call.lane]?.stall
    else { return [] }
    troubles.begin(
      .lane(call.lane), HealthChange.Kind.busy.rawValue, at: stall.since,
      cause: "the service had no answer for any job: \(reason)")
    return [.down(call.lane, .busy, cause: reason, at: now)]
  }

  /// The service has answered for a job.
  func unstalled(_ key: LaneKey, at now: Timestamp) -> [HealthChange] {
    guard let stall = lanes[key]?.stall else { return [] }
    lanes[key]?.stall = nil
    guard stall.isTold else { return [] }
    troubles.end(.lane(key), HealthChange.Kind.busy.rawValue, at: now)
    return [.up(key, .busy, at: now)]
  }
}
