import JobWatchCore

/// Writes a job's record as its service does (cloud-api, sections 1 and 2).
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
    case .middleware: .object([("job", .object(middleware(phase)))])
    case .container: container(phase)
    }
  }

  private func classic(_ phase: JobPhase) -> JSONText {
    .object(
      record(
        id: job.jobID, type: job.jobType, phase: phase,
        error: (job.errorCode, job.failReason), entities: entities))
  }

  /// A parent lists its sub-jobs, a job without any names its object directly.
  private var entities: JSONText {
    if job.subJobs.isEmpty { return scalars(job.entities) }
    let shown = JSONText.array(
      shownParts.map { part, phase in
        .object(
          record(
            id: part.jobID, type: part.jobType, phase: phase,
            error: (part.errorCode, part.failReason), entities: scalars(part.entities)))
      })
    guard job.service == .ims else {
      return .object([("sub_jobs_total", .number(job.subJobs.count)), ("sub_jobs", shown)])
    }
    let ids = job.subJobs.map { JSONText.string($0.jobID) }
    return .object([("sub_jobs_result", shown), ("sub_jobs_list", .array(ids))])
  }

  /// The parts that have begun.
  var shownParts: [(ScriptedSubJob, JobPhase)] {
    job.subJobs.compactMap { part in
      JobPhase(of: part.steps, at: elapsed).map { (part, $0) }
    }
  }

  /// Until the end, `end_time` is an empty string and the error fields are missing; after it they
  /// are there, null for a success.
  private func record(
    id: String, type: String, phase: JobPhase, error: (code: String?, reason: String?),
    entities: JSONText
  ) -> [(String, JSONText)] {
    var members: [(String, JSONText)] = [
      ("status", .string(phase.status)),
      ("entities", entities),
      ("job_id", .string(id)),
      ("job_type", .string(type)),
      ("begin_time", .string((submitted + phase.begin).description)),
      ("end_time", .string(phase.hasEnded ? (submitted + phase.since).description : "")),
    ]
    if phase.hasEnded {
      members.append(("error_code", .optional(phase.hasFailed ? error.code : nil)))
      members.append(("fail_reason", .optional(phase.hasFailed ? error.reason : nil)))
    }
    return members
  }

  func scalars(_ entities: [String: String]) -> JSONText {
    .object(entities.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })
  }

  /// Times are milliseconds since 1970 as text; there are no entities and no error code. What
  /// `end_time` holds before the end is not documented: here it is null.
  private func cache(_ phase: JobPhase) -> JSONText {
    let end = phase.hasEnded ? epoch(phase.since) : nil
    return .object([
      ("job_id", .string(job.jobID)),
      ("job_type", .string(job.jobType)),
      ("status", .string(phase.status)),
      ("begin_time", .string(epoch(phase.begin))),
      ("end_time", .optional(end)),
      ("fail_reason", .optional(phase.hasFailed ? job.failReason : nil)),
    ])
  }

  private func epoch(_ offset: Duration) -> String { String((submitted + offset).milliseconds) }
}
