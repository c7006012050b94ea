import JobWatchConfiguration
import JobWatchCore
import JobWatchDaemon
import JobWatchStore
import PollPlanning

/// When jobs of one service are polled next and why then, as the database tells it to a command.
struct JobForecasts {
  let pauses: AccountPauses
  var schedule: LearnedSchedule
  private let transaction: Transaction
  private let isWatched: Bool
  private let now: Timestamp

  /// - Parameter isWatched: whether a daemon seems to run.
  init(
    _ transaction: Transaction, _ configuration: Configuration, service: String, isWatched: Bool,
    at now: Timestamp
  ) throws {
    pauses = try AccountPauses(transaction)
    schedule = try LearnedSchedule(configuration, transaction, service: service)
    (self.transaction, self.isWatched, self.now) = (transaction, isWatched, now)
  }

  /// Nil: the job is not polled any more.
  mutating func forecast(of job: Job) throws -> PollForecast? {
    guard let dueAt = try transaction.nextPoll(of: job.id) else { return nil }
    let obstacle = blocker(of: job, dueAt: dueAt)
    return schedule.outlook(of: job, dueAt: dueAt, obstacle: obstacle, at: now)
  }

  /// What stands in the way of a job's polls, in words; nil: nothing that is known. An endpoint in trouble is still
  /// probed, so it blocks only what is overdue.
  private func blocker(of job: Job, dueAt: Timestamp) -> String? {
    let lane = job.key.lane
    if !isWatched { return "no daemon runs" }
    if !pauses.on(lane).isEmpty { return "polls are paused" }
    guard dueAt < now, let trouble = pauses.trouble(of: lane) else { return nil }
    return "\(lane.service) gives no usable answer (\(trouble))"
  }
}
