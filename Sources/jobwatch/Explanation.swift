import JobWatchConfiguration
import JobWatchCore
import JobWatchStore
import PollPlanning

/// Why a job is polled when it is, or what its end has taught: all that the schedule goes by.
struct Explanation {
  let job: Job
  let now: Timestamp
  let type: KnownType
  /// Nil: the job is not polled any more.
  let forecast: PollForecast?
  /// Nil while the job is watched.
  let sample: SampleSummary?
  /// Answers about it that were stored.
  let calls: Int
  /// Nil: none is on record yet, or the job is not polled any more.
  let quota: QuotaStatus?

  /// - Parameter isWatched: whether a daemon seems to run.
  init(
    _ job: Job, _ transaction: Transaction, _ configuration: Configuration, isWatched: Bool,
    at now: Moment
  ) throws {
    let pauses = try AccountPauses(transaction)
    var schedule = try LearnedSchedule(configuration, transaction, service: job.key.service)
    self.job = job
    self.now = now.wall
    type = schedule.type(job.durationKey)
    forecast = try transaction.nextPoll(of: job.id).map { dueAt in
      schedule.forecast(
        of: job, dueAt: dueAt,
        obstacle: pauses.obstacle(
          on: job.key.lane, dueAt: dueAt, isWatched: isWatched, at: now.wall),
        at: now.wall)
    }
    quota =
      forecast == nil ? nil : schedule.budget(of: job.key.lane).map { QuotaStatus($0, at: now) }
    let previous = try transaction.transitions(of: job.id).last?.transition.from
    sample = job.state.isFinal ? SampleSummary(job, previous: previous) : nil
    calls = try transaction.polls(of: job.id)
  }

  /// The coming polls that are told.
  var polls: [PollForecast.Poll] { forecast?.polls(8) ?? [] }
}
