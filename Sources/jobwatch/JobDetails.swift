import Foundation
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
  let transitions: [HistoryTable.PastTransition]
  let messages: [MessageTable.Status]
  let pauses: AccountPauses
  /// Of the job's task; nil: nobody asked for it.
  let progress: ProgressReport?
  /// Nil: the job is not polled any more.
  let forecast: PollForecast?

  /// - Parameter isDaemonRunning: whether a daemon seems to run.
  init(
    _ job: Job, _ transaction: Transaction, _ configuration: Configuration, isDaemonRunning: Bool,
    at now: Timestamp
  ) throws {
    self.job = job
    self.now = now
    retention = configuration.policies(for: job.key.service).retention
    transitions = try transaction.history.transitions(of: job.id)
    messages = try transaction.messages.all(of: job.id)
    progress = try transaction.jobs.progress(of: job.id)
    pauses = try AccountPauses(transaction)
    // The schedule reads all that runs.
    guard try transaction.jobs.nextPoll(of: job.id) != nil else {
      forecast = nil
      return
    }
    var schedule = try LearnedSchedule(configuration, transaction, service: job.key.service)
    forecast = try schedule.forecast(of: job, transaction, pauses, isDaemonRunning: isDaemonRunning, at: now)
  }

  /// The last answer that was kept: those that changed the job's state are.
  var lastEvidence: (evidence: Evidence, receivedAt: Timestamp)? {
    transitions.last { $0.evidence != nil }
      .flatMap { past in past.evidence.map { ($0, past.transition.at) } }
  }

  var json: OutputObject {
    let subJobs = job.report?.subJobs ?? []
    return [
      "job": job.json(retention: retention, pauses: pauses),
      "next_poll_at": forecast?.nextPoll, "schedule": forecast?.json,
      "sub_jobs": subJobs.map(Self.object), "transitions": transitions.map(Self.object),
      "messages": messages.map(object), "task": task,
    ]
  }

  private static func object(_ sub: SubJob) -> OutputObject {
    [
      "job_id": sub.jobID, "job_type": sub.jobType, "state": sub.state,
      "raw_status": sub.rawStatus, "begin_time": sub.begin?.raw, "end_time": sub.end?.raw,
      "error_code": sub.errorCode, "fail_reason": sub.failReason, "entities": sub.entities,
      // In how many sub-jobs this one is; the one around it stands before it.
      "depth": sub.depth,
    ]
  }

  private static func object(_ past: HistoryTable.PastTransition) -> OutputObject {
    let transition = past.transition
    return [
      "at": transition.at, "from": transition.from, "to": transition.to,
      "raw_status": transition.rawStatus, "evidence": past.evidence.map(object),
    ]
  }

  private static func object(_ evidence: Evidence) -> OutputObject {
    let text = String(validating: evidence.body, as: UTF8.self)
    let bytes = text == nil ? Data(evidence.body).base64EncodedString() : nil
    return [
      "http_status": evidence.httpStatus, "request_id": evidence.requestID,
      "server_date": evidence.serverDate, "body": text,
      // In place of a body that is not UTF-8.
      "body_base64": bytes,
    ]
  }

  private func object(_ message: MessageTable.Status) -> OutputObject {
    let isWaiting = message.settledAt == nil
    return [
      "seq": message.seq, "webhook_id": message.eventID, "event": message.kind,
      "channel": message.channel, "state": message.state, "attempts": message.attempts,
      "next_attempt_at": isWaiting ? message.due.bounded(at: now).at : nil,
      "settled_at": message.settledAt, "last_error": message.lastError,
    ]
  }

  /// Nil unless the submitter named an instance.
  private var task: OutputObject? {
    job.hint.instanceID.map { instance in
      let (report, steps) = (progress, progress?.progress?.steps ?? [])
      return [
        "instance_id": instance, "task_id": job.hint.taskID,
        // 0 to 100.
        "progress": report?.progress?.percent,
        "remaining_seconds": report?.progress?.remaining, "as_of": report?.asOf,
        "steps": steps.map(Self.object),
        // Why there is no later progress.
        "failure": report?.failure,
      ]
    }
  }

  private static func object(_ step: TaskProgress.Step) -> OutputObject {
    let parts = step.parts.map(object)
    return [
      "id": step.id, "name": step.name, "status": step.status, "begin_time": step.begin?.raw,
      "end_time": step.end?.raw, "error_code": step.errorCode, "detail": step.detail,
      "sub_steps": parts.isEmpty ? nil : parts,
    ]
  }
}

extension PollForecast {
  /// The schedule of a job as `show --json` and `explain --json` print it; durations and ages are seconds.
  var json: OutputObject {
    let typical: OutputObject? = type.typical.map {
      // Without an end: more than one in ten is not known to end.
      ["from": $0.from.thousandths, "to": $0.to.finite]
    }
    return [
      "sentence": sentence,
      // Eight in ten of its type end between these; left out where too few are known.
      "typical_seconds": typical,
      // Left out where its age decides nothing.
      "age_seconds": age?.thousandths,
      // Jobs of its type that ended.
      "jobs_known": type.ended, "next_poll_at": nextPoll, "reasons": reasonNames,
      "obstacle": obstacle,
      // Left out where the gap is fixed, and no price decides.
      "price_seconds": plan != nil ? price.thousandths : nil,
    ]
  }
}

extension Job {
  /// As `list --json` and `show --json` print it. Fields that the events' data have, too, have the same names.
  func json(retention: RetentionPolicy, pauses: AccountPauses) -> OutputObject {
    let subJobs = report?.subJobs ?? []
    let paused = state.isFinal ? [] : pauses.on(key.endpoint)
    return [
      "job_id": key.jobID, "account": key.account, "service": key.service, "region": region,
      "project_id": projectID, "job_type": jobType, "state": state,
      "raw_status": report?.rawStatus, "labels": labels, "channels": channels,
      "submitted_at": submittedAt, "registered_at": registeredAt, "first_seen_at": firstSeenAt,
      "last_seen_at": lastSeenAt,
      // When jobwatch learned the end.
      "ended_at": endedAt,
      // As the cloud wrote them.
      "begin_time": report?.begin?.raw, "end_time": report?.end?.raw,
      "error_code": report?.errorCode, "fail_reason": report?.failReason,
      "entities": report?.entities, "sub_jobs": subJobs.isEmpty ? nil : SubJobCount(subJobs),
      // When the cloud deletes its record of the job.
      "expires_at": expiresAt(under: retention), "expected_by": expectedBy,
      // When `job.stuck` was told.
      "stuck_at": notices.stuckAt,
      // "No such job" answers in a row that are not believed yet.
      "absent_answers": absence?.answers,
      "paused": paused.isEmpty ? nil : paused,
    ]
  }
}
