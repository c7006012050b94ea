import Foundation
import JobWatchCore
import JobWatchStore
import PollPlanning

extension JobDetails {
  /// The details as `show --json` prints them.
  var json: JSONObject {
    let subJobs = job.report?.subJobs ?? []
    return [
      "job": job.json(retention: retention, pauses: pauses),
      "next_poll_at": forecast?.nextPoll, "schedule": forecast?.json,
      "sub_jobs": subJobs.map(Self.object), "transitions": transitions.map(Self.object),
      "messages": messages.map(object), "task": task,
    ]
  }

  private static func object(_ sub: SubJob) -> JSONObject {
    [
      "job_id": sub.jobID, "job_type": sub.jobType, "state": sub.state,
      "raw_status": sub.rawStatus, "begin_time": sub.begin?.raw, "end_time": sub.end?.raw,
      "error_code": sub.errorCode, "fail_reason": sub.failReason, "entities": sub.entities,
      // How many sub-jobs this one is inside of; the one around it stands before it.
      "depth": sub.depth,
    ]
  }

  private static func object(_ past: Transaction.PastTransition) -> JSONObject {
    let transition = past.transition
    return [
      "at": transition.at, "from": transition.from, "to": transition.to,
      "raw_status": transition.rawStatus, "evidence": past.evidence.map(object),
    ]
  }

  private static func object(_ evidence: Evidence) -> JSONObject {
    let text = String(validating: evidence.body, as: UTF8.self)
    let bytes = text == nil ? Data(evidence.body).base64EncodedString() : nil
    return [
      "http_status": evidence.httpStatus, "request_id": evidence.requestID,
      "server_date": evidence.serverDate, "body": text,
      // In place of a body that is not UTF-8.
      "body_base64": bytes,
    ]
  }

  private func object(_ message: Transaction.MessageStatus) -> JSONObject {
    let isWaiting = message.settledAt == nil
    return [
      "seq": message.seq, "webhook_id": message.eventID, "event": message.kind,
      "channel": message.channel, "state": message.state, "attempts": message.attempts,
      "next_attempt_at": isWaiting ? message.due.bounded(at: now).at : nil,
      "settled_at": message.settledAt, "last_error": message.lastError,
    ]
  }

  /// Nil unless the submitter named an instance.
  private var task: JSONObject? {
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

  private static func object(_ step: TaskProgress.Step) -> JSONObject {
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
  var json: JSONObject {
    let typical: JSONObject? = type.typical.map {
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
      // What stands in the way of any poll now.
      "obstacle": obstacle,
      // Left out where the gap is fixed, and no price decides.
      "price_seconds": plan != nil ? price.thousandths : nil,
    ]
  }
}
