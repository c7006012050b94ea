import JobWatchCore
import JobWatchDaemon
import JobWatchStore

/// Why a job is asked for when it is, or what its end has taught: all that the schedule goes by.
struct Explanation {
  let job: Job
  let type: KnownType
  /// Nil: it is not asked for any more.
  let outlook: PollForecast?
  /// Nil while it is watched.
  let teaching: SampleSummary?
  /// Answers about it that were stored.
  let calls: Int
  /// Nil: none is on record yet, or it is not asked for any more.
  let budget: BudgetJSON?

  /// Coming polls that are told.
  static let polls = 8

  /// - Parameter isWatched: whether a daemon seems to run.
  init(
    _ job: Job, _ transaction: Transaction, _ configuration: Configuration, isWatched: Bool,
    at now: Moment
  ) throws {
    var schedule = try LearnedSchedule(configuration, transaction, service: job.key.service)
    let obstacle = PollBlocker(try AccountPauses(transaction), isWatched: isWatched)
    self.job = job
    type = schedule.type(job.durationKey)
    outlook = try transaction.nextPoll(of: job.id).map { dueAt in
      schedule.outlook(
        of: job, dueAt: dueAt, obstacle: obstacle.text(of: job, dueAt: dueAt, at: now.wall),
        at: now.wall)
    }
    budget =
      outlook == nil ? nil : schedule.budget(of: job.key.lane).map { BudgetJSON($0, at: now) }
    let previous = try transaction.transitions(of: job.id).last?.transition.from
    teaching = job.state.isFinal ? SampleSummary(job, previous: previous) : nil
    calls = try transaction.polls(of: job.id)
  }
}
