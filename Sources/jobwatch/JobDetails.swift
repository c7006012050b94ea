import JobWatchConfiguration
import JobWatchCore
import JobWatchDaemon
import JobWatchStore
import PollPlanning

/// Everything that the database holds of one job.
struct JobDetails {
  let job: Job
  let now: Timestamp
  let retention: RetentionPolicy
  /// Oldest first.
  let transitions: [HistoryTable.PastTransition]
  let messages: [MessageTable.Status]
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
    transitions = try transaction.history.transitions(of: job.id)
    messages = try transaction.messages.all(of: job.id)
    progress = try transaction.jobs.progress(of: job.id)
    var forecasts = try JobForecasts(
      transaction, configuration, service: job.key.service, isWatched: isWatched, at: now)
    pauses = forecasts.pauses
    forecast = try forecasts.forecast(of: job)
  }

  /// The last answer that was kept: those that changed the job's state are.
  var lastEvidence: (evidence: Evidence, receivedAt: Timestamp)? {
    transitions.last { $0.evidence != nil }
      .flatMap { past in past.evidence.map { ($0, past.transition.at) } }
  }
}
