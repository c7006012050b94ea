import Foundation
import JobWatchCore
import JobWatchDaemon
import JobWatchStore

/// Everything that the database holds of one job.
struct JobDossier {
  let job: Job
  /// Oldest first.
  let transitions: [Ledger.PastTransition]
  let messages: [Ledger.MessageStatus]
  let pauses: AccountPauses
  /// Of the job's task; nil: it was never asked for.
  let progress: ProgressReport?
  /// Nil: it is not asked for any more.
  let outlook: PollOutlook?

  /// - Parameter isWatched: whether a daemon seems to run.
  init(
    _ job: Job, _ ledger: Ledger, _ configuration: Configuration, isWatched: Bool,
    at now: Timestamp
  ) throws {
    self.job = job
    transitions = try ledger.transitions(of: job.id)
    messages = try ledger.messages(of: job.id)
    pauses = try AccountPauses(ledger)
    progress = try ledger.progress(of: job.id)
    let obstacle = Obstacle(pauses, isWatched: isWatched)
    outlook = try ledger.nextPoll(of: job.id).map { dueAt in
      var schedule = try LearnedSchedule(configuration, ledger, service: job.key.service)
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
struct DossierView: Encodable {
  struct SubJobView: Encodable {
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

  struct TransitionView: Encodable {
    let at: Timestamp
    let from: JobState
    let to: JobState
    let rawStatus: String?
    let evidence: EvidenceView?
  }

  struct EvidenceView: Encodable {
    let httpStatus: Int
    let requestID: String?
    let serverDate: Timestamp?
    /// Nil when it is not UTF-8; `bodyBase64` holds it then.
    let body: String?
    let bodyBase64: String?
  }

  struct MessageView: Encodable {
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

  let job: JobView
  let nextPollAt: Timestamp?
  /// Nil when it is not asked for any more.
  let schedule: ScheduleView?
  let subJobs: [SubJobView]
  let transitions: [TransitionView]
  let messages: [MessageView]
  /// Nil unless the submitter named an instance.
  let task: TaskView?

  init(_ dossier: JobDossier, retention: RetentionPolicy, at now: Timestamp) {
    job = JobView(dossier.job, retention: retention, pauses: dossier.pauses)
    nextPollAt = dossier.outlook?.nextPoll
    schedule = dossier.outlook.map(ScheduleView.init)
    subJobs = (dossier.job.report?.subJobs ?? []).map { sub in
      SubJobView(
        jobID: sub.jobID, jobType: sub.jobType, state: sub.state, rawStatus: sub.rawStatus,
        beginTime: sub.begin?.raw, endTime: sub.end?.raw, errorCode: sub.errorCode,
        failReason: sub.failReason, entities: sub.entities, depth: sub.depth)
    }
    transitions = dossier.transitions.map { past in
      TransitionView(
        at: past.transition.at, from: past.transition.from, to: past.transition.to,
        rawStatus: past.transition.rawStatus, evidence: past.evidence.map(Self.view))
    }
    messages = dossier.messages.map { message in
      MessageView(
        seq: message.seq, webhookID: message.eventID, event: message.kind,
        channel: message.channel, state: message.state, attempts: message.attempts,
        nextAttemptAt: message.settledAt == nil ? message.due.bounded(at: now).at : nil,
        settledAt: message.settledAt, lastError: message.lastError)
    }
    task = TaskView(dossier)
  }

  private static func view(_ evidence: Evidence) -> EvidenceView {
    let text = String(validating: evidence.body, as: UTF8.self)
    return EvidenceView(
      httpStatus: evidence.httpStatus, requestID: evidence.requestID,
      serverDate: evidence.serverDate, body: text,
      bodyBase64: text == nil ? Data(evidence.body).base64EncodedString() : nil)
  }
}
