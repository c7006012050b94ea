import JobWatchCore
import JobWatchDaemon

/// What stands in the way of a job's polls, in words.
struct PollBlocker {
  private let pauses: AccountPauses
  private let isWatched: Bool

  /// - Parameter isWatched: whether a daemon seems to run.
  init(_ pauses: AccountPauses, isWatched: Bool) {
    self.pauses = pauses
    self.isWatched = isWatched
  }

  /// Nil: nothing is known to. An endpoint in trouble is asked now and then: that stands in the way of what is overdue.
  func text(of job: Job, dueAt: Timestamp, at now: Timestamp) -> String? {
    let lane = job.key.lane
    if !isWatched { return "no daemon runs" }
    if !pauses.on(lane).isEmpty { return "polls are paused" }
    guard dueAt < now, let trouble = pauses.trouble(of: lane) else { return nil }
    return "\(lane.service) gives no usable answer (\(trouble))"
  }
}
