import Foundation
import JobWatchCore
import JobWatchDaemon
import JobWatchStore

/// Everything that the database holds of one job.
struct JobDetails {
  let job: Job
  /// Oldest first.
  let transitions: [Transaction.PastTransition]
  let messages: [Transaction.MessageStatus]
  let pauses: AccountPauses
  /// Of the job's task; nil: it was never asked for.
  let progress: ProgressReport?
  /// Nil: it is not asked for any more.
  let outlook: PollForecast?

  /// - Parameter isWatched: whether a daemon seems to run.
  init(
    _ job: Job, _ transaction: Transaction, _ configuration: Configuration, isWatched: Bool,
    at now: Timestamp
  ) throws {
    self.job = job
    transitions = try transaction.transitions(of: job.id)
    messages = try transaction.messages(of: job.id)
    pauses = try AccountPauses(transaction)
    progress = try transaction.progress(of: job.id)
    let obstacle = PollBlocker(pauses, isWatched: isWatched)
    outlook = try transaction.nextPoll(of: job.id).map { dueAt in
      var schedule = try LearnedSchedule(configuration, transaction, service: job.key.service)
      return schedule.outlook(
        of: job, dueAt: dueAt, obstacle: obstacle.text(of: job, dueAt: dueAt, at: now), at: now)
    }
  }

  /// The last answer that was kept: those that changed the job's state are.
  var lastEvidence: (evidence: Evidence, receivedAt: Timestamp)? {
    transitions.last { $0.evidence != nil }
      .flatMap { past in past.evidence.map { ($0, past.transition.at) } }
  }
}

/// A dossier as `--json` prints it.
struct DossierJSON: Encodable {
  struct SubJobJSON: Encodable {
    let jobID: String?
    let jobType: String?
    let state: JobState?
    let rawStatus: String
    let beginTime: String?
    let endTime: String?
    let errorCode: String?
    let failReason: String?
    let entities: [String: String]
    /// How many sub-jobs this one is inside of; the one around it stands before it.
    let depth: Int?
  }

  struct TransitionJSON: Encodable {
    let at: Timestamp
    let from: JobState
    let to: JobState
    let rawStatus: String?
    let evidence: EvidenceJSON?
  }

  struct EvidenceJSON: Encodable {
    let httpStatus: Int
    let requestID: String?
    let serverDate: Timestamp?
    /// Nil when it is not UTF-8; `bodyBase64` holds it then.
    let body: String?
    let bodyBase64: String?
  }

  struct MessageJSON: Encodable {
    let seq: Int64
    let webhookID: String
    let event: String
    let channel: String
    let state: String
    let attempts: Int
    /// When it is tried next; only while it waits.
    let nextAttemptAt: Timestamp?
    let settledAt: Timestamp?
    let lastError: String?
  }

  let job: JobJSON
  let nextPollAt: Timestamp?
  /// Nil when it is not asked for any more.
  let schedule: ScheduleJSON?
  let subJobs: [SubJobJSON]
  let transitions: [TransitionJSON]
  let messages: [MessageJSON]
  /// Nil unless the submitter named an instance.
  let task: TaskJSON?

  init(_ dossier: JobDetails, retention: RetentionPolicy, at now: Timestamp) {
    job = JobJSON(dossier.job, retention: retention, pauses: dossier.pauses)
    nextPollAt = dossier.outlook?.nextPoll
    schedule = dossier.outlook.map(ScheduleJSON.init)
    subJobs = (dossier.job.report?.subJobs ?? []).map { sub in
      SubJobJSON(
        jobID: sub.jobID, jobType: sub.jobType, state: sub.state, rawStatus: sub.rawStatus,
        beginTime: sub.begin?.raw, endTime: sub.end?.raw, errorCode: sub.errorCode,
        failReason: sub.failReason, entities: sub.entities, depth: sub.depth)
    }
    transitions = dossier.transitions.map { past in
      TransitionJSON(
        at: past.transition.at, from: past.transition.from, to: past.transition.to,
        rawStatus: past.transition.rawStatus, evidence: past.evidence.map(Self.view))
    }
    messages = dossier.messages.map { message in
      MessageJSON(
        seq: message.seq, webhookID: message.eventID, event: message.kind,
        channel: message.channel, state: message.state, attempts: message.attempts,
        nextAttemptAt: message.settledAt == nil ? message.due.bounded(at: now).at : nil,
        settledAt: message.settledAt, lastError: message.lastError)
    }
    task = TaskJSON(dossier)
  }

  private static func view(_ evidence: Evidence) -> EvidenceJSON {
    let text = String(validating: evidence.body, as: UTF8.self)
    return EvidenceJSON(
      httpStatus: evidence.httpStatus, requestID: evidence.requestID,
      serverDate: evidence.serverDate, body: text,
      bodyBase64: text == nil ? Data(evidence.body).base64EncodedString() : nil)
  }
}
