import JobWatchCore

/// Writes a job's record as its service does.
struct JobBody {
  var job: ScriptedJob
  /// The submission on the cloud's clock.
  var submitted: Timestamp
  /// The time since the submission.
  var elapsed: Duration

  func json(_ phase: JobPhase) -> JSONText {
    switch job.service.manner {
    case .classic: classic(phase)
    case .cache: cache(phase)
    case .database: database(phase)
    case .middleware: ["job": .object(middleware(phase))]
    case .container: container(phase)
    }
  }

  private func classic(_ phase: JobPhase) -> JSONText {
    record(job, phase, entities: entities)
  }

  /// A parent lists its sub-jobs, a job without any names its object directly.
  private var entities: JSONText {
    if job.subJobs.isEmpty { return .object(JSONText.members(job.entities)) }
    let shown = JSONText.array(
      shownParts.map { part, phase in
        record(part, phase, entities: .object(JSONText.members(part.entities)))
      })
    guard job.service == .ims else {
      return ["sub_jobs_total": .number(job.subJobs.count), "sub_jobs": shown]
    }
    let ids = job.subJobs.map { JSONText.string($0.jobID) }
    return ["sub_jobs_result": shown, "sub_jobs_list": .array(ids)]
  }

  /// The parts that have begun.
  var shownParts: [(ScriptedJob, JobPhase)] {
    job.subJobs.compactMap { part in
      JobPhase(of: part.steps, at: elapsed).map { (part, $0) }
    }
  }

  /// Until the end, `end_time` is an empty string and the error fields are missing. After it they are there, null for a
  /// success.
  private func record(_ job: ScriptedJob, _ phase: JobPhase, entities: JSONText) -> JSONText {
    var members: [(String, JSONText)] = [
      ("status", .string(phase.status)), ("entities", entities), ("job_id", .string(job.jobID)),
      ("job_type", .string(job.jobType)),
      ("begin_time", .string((submitted + phase.begin).description)),
      ("end_time", .string(phase.hasEnded ? (submitted + phase.since).description : "")),
    ]
    if phase.hasEnded {
      members.append(("error_code", .optional(phase.hasFailed ? job.errorCode : nil)))
      members.append(("fail_reason", .optional(phase.hasFailed ? job.failReason : nil)))
    }
    return .object(members)
  }

  /// Times are milliseconds since 1970 as text; there are no entities and no error code. No vendor documents `end_time`
  /// before the end: here it is null.
  private func cache(_ phase: JobPhase) -> JSONText {
    [
      "job_id": .string(job.jobID), "job_type": .string(job.jobType),
      "status": .string(phase.status), "begin_time": .string(epoch(phase.begin)),
      "end_time": .optional(phase.hasEnded ? epoch(phase.since) : nil),
      "fail_reason": .optional(phase.hasFailed ? job.failReason : nil),
    ]
  }

  private func epoch(_ offset: Duration) -> String { String((submitted + offset).milliseconds) }
}
