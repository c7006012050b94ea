import JobWatchConfiguration
import JobWatchCore
import JobWatchDaemon
import JobWatchStore
import PollPlanning

/// When jobs of one service are polled next and why then, as the database tells it to a command.
struct JobForecasts {
  let pauses: AccountPauses
  /// Nil until a forecast needs it: it reads all that runs.
  private var learned: LearnedSchedule?
  private let configuration: Configuration
  private let service: String
  private let transaction: Transaction
  private let isWatched: Bool
  private let now: Timestamp

  /// - Parameter isWatched: whether a daemon seems to run.
  init(
    _ transaction: Transaction, _ configuration: Configuration, service: String, isWatched: Bool,
    at now: Timestamp
  ) throws {
    pauses = try AccountPauses(transaction)
    (self.configuration, self.service) = (configuration, service)
    (self.transaction, self.isWatched, self.now) = (transaction, isWatched, now)
  }

  /// What is known of how long jobs of the service take, for `body` to ask.
  mutating func learned<Value>(_ body: (inout LearnedSchedule) -> Value) throws -> Value {
    var schedule =
      try learned ?? LearnedSchedule(configuration, transaction, service: service)
    // The one copy, or it is made again with each change.
    learned = nil
    defer { learned = schedule }
    return body(&schedule)
  }

  /// Nil: the job is not polled any more.
  mutating func forecast(of job: Job) throws -> PollForecast? {
    guard let dueAt = try transaction.nextPoll(of: job.id) else { return nil }
    let (obstacle, now) = (blocker(of: job, dueAt: dueAt), now)
    return try learned {
      $0.outlook(of: job, dueAt: dueAt, obstacle: obstacle, at: now)
    }
  }

  /// What stands in the way of a job's polls, in words; nil: nothing that is known. An endpoint in trouble is still
  /// probed, so it blocks only what is overdue.
  private func blocker(of job: Job, dueAt: Timestamp) -> String? {
    let endpoint = job.key.endpoint
    if !isWatched { return "no daemon runs" }
    if !pauses.on(endpoint).isEmpty { return "polls are paused" }
    guard dueAt < now, let trouble = pauses.trouble(of: endpoint) else { return nil }
    return "\(endpoint.service) gives no usable answer (\(trouble))"
  }
}
