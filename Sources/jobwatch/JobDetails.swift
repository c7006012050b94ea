import JobWatchConfiguration
import JobWatchCore
import JobWatchStore
import PollPlanning

/// Everything that the database holds of one job.
struct JobDetails {
  let job: Job
  let now: Timestamp
  let retention: RetentionPolicy
  /// Oldest first.
  let transitions: [Transaction.PastTransition]
  let messages: [Transaction.MessageStatus]
  let pauses: AccountPauses
  /// Of the job's task; nil: nobody asked for it.
  let progress: ProgressReport?
  /// Nil: the job is not polled any more.
  let forecast: PollForecast?

  /// - Parameter isWatched: whether a daemon seems to run.
  init(
    _ job: Job, _ transaction: Transaction, _ configuration: Configuration, isWatched: Bool,
    at now: Timestamp
  ) throws {
    self.job = job
    self.now = now
    retention = configuration.retention(of: job)
    transitions = try transaction.transitions(of: job.id)
    messages = try transaction.messages(of: job.id)
    progress = try transaction.progress(of: job.id)
    let pauses = try AccountPauses(transaction)
    self.pauses = pauses
    forecast = try transaction.nextPoll(of: job.id).map { dueAt in
      var schedule = try LearnedSchedule(configuration, transaction, service: job.key.service)
      return schedule.forecast(
        of: job, dueAt: dueAt,
        obstacle: pauses.obstacle(on: job.key.lane, dueAt: dueAt, isWatched: isWatched, at: now),
        at: now)
    }
  }

  /// The last answer that was kept: those that changed the job's state are.
  var lastEvidence: (evidence: Evidence, receivedAt: Timestamp)? {
    transitions.last { $0.evidence != nil }
      .flatMap { past in past.evidence.map { ($0, past.transition.at) } }
  }
}
