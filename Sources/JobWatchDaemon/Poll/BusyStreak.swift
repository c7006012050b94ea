import JobWatchCore

/// A service that takes every call and has no answer for any of its jobs: the endpoint works, so that no breaker shuts,
/// and each job is only asked for later. Once it lasts it is told like an outage.
struct BusyStreak: Sendable {
  var since: Timestamp
  var cause: String
  /// `endpoint.down` was told.
  var isTold = false

  /// Takes one more answer that is none; true when the stall is to be told now.
  mutating func note(
    _ reason: String, isOfService: Bool, grace: Duration, at now: Timestamp
  ) -> Bool {
    cause = reason
    guard !isTold, isOfService, now - since >= grace else { return false }
    isTold = true
    return true
  }
}

extension Poller {
  func stalled(_ call: Call, _ reason: String, at now: Moment) -> [ConditionChange] {
    guard let lane = lanes[call.lane] else { return [] }
    let blame = lane.fail(call.job, \.stalled, &queue, at: now.uptime)
    guard !lane.stalled.failing.isEmpty else { return [] }
    if lane.stall == nil {
      lane.stall = BusyStreak(since: now.wall, cause: reason)
      log.notice(
        "a service has no answer for a job now",
        metadata: [
          "lane": "\(call.lane)", "job": "\(call.question.jobID)", "cause": "\(reason)",
        ])
    }
    let isOfService = blame == .service
    guard
      lane.stall?.note(reason, isOfService: isOfService, grace: grace, at: now.wall) == true,
      let stall = lane.stall
    else { return [] }
    return [.down(call.lane, .busy, since: stall.since, cause: reason, at: now.wall)]
  }

  /// The service has answered for a job.
  func unstalled(_ call: Call, at now: Timestamp) -> [ConditionChange] {
    let key = call.lane
    lanes[key]?.stalled.succeed(call.job)
    guard let stall = lanes[key]?.stall else { return [] }
    lanes[key]?.stall = nil
    guard stall.isTold else { return [] }
    return [.up(key, .busy, at: now)]
  }
}
