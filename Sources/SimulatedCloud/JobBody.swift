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
    case .classic: classic(job, phase, entities: entities)
    case .cache: cache(phase)
    case .database where job.service == .geminidb:
      ["jobs": .array([task(phase)]), "total_count": .number(1)]
    case .database, .middleware: ["job": task(phase)]
    case .container:
      container(job, phase, subJobs: shownParts.map { container($0, $1, subJobs: []) })
    }
  }

  /// The parts that have begun.
  private var shownParts: [(ScriptedJob, JobPhase)] {
    job.subJobs.compactMap { part in
      JobPhase(of: part.steps, at: elapsed).map { (part, $0) }
    }
  }

  // MARK: The job framework

  /// A parent lists its sub-jobs, a job without any names its object directly.
  private var entities: JSONText {
    if job.subJobs.isEmpty { return .object(JSONText.members(job.entities)) }
    let shown = JSONText.array(shownParts.map { classic($0, $1, entities: .object(JSONText.members($0.entities))) })
    guard job.service == .ims else { return ["sub_jobs_total": .number(job.subJobs.count), "sub_jobs": shown] }
    let ids = job.subJobs.map { JSONText.string($0.jobID) }
    return ["sub_jobs_result": shown, "sub_jobs_list": .array(ids)]
  }

  /// Until the end, `end_time` is an empty string and the error fields are missing. After it they are there, null for a
  /// success.
  private func classic(_ job: ScriptedJob, _ phase: JobPhase, entities: JSONText) -> JSONText {
    func error(_ text: String?) -> JSONText? { phase.hasEnded ? .optional(phase.hasFailed ? text : nil) : nil }
    return [
      "status": .string(phase.status), "entities": entities, "job_id": .string(job.jobID),
      "job_type": .string(job.jobType),
      "begin_time": .string((submitted + phase.begin).description),
      "end_time": .string(phase.hasEnded ? (submitted + phase.since).description : ""),
      "error_code": error(job.errorCode), "fail_reason": error(job.failReason),
    ]
  }

  // MARK: DCS

  /// Times are milliseconds since 1970 as text; there are no entities and no error code. No vendor documents `end_time`
  /// before the end: here it is null.
  private func cache(_ phase: JobPhase) -> JSONText {
    func epoch(_ offset: Duration) -> String { String((submitted + offset).milliseconds) }
    return [
      "job_id": .string(job.jobID), "job_type": .string(job.jobType),
      "status": .string(phase.status), "begin_time": .string(epoch(phase.begin)),
      "end_time": .optional(phase.hasEnded ? epoch(phase.since) : nil),
      "fail_reason": .optional(phase.hasFailed ? job.failReason : nil),
    ]
  }

  // MARK: The databases and DDM

  /// DDM tells no reason of a failure.
  private func task(_ phase: JobPhase) -> JSONText {
    let service = job.service
    let (begin, end) =
      switch service {
      case .geminidb: ("start_time", "end_time")
      case .ddm: ("created_time", "end_time")
      default: ("created", "ended")
      }
    // RDS leaves the end out while a job runs, TaurusDB has it empty, the others write the present.
    let ended: JSONText? =
      switch service {
      case .rds where !phase.hasEnded: nil
      case .taurusdb where !phase.hasEnded: .string("")
      default: .string(zoned(lastChange(phase)))
      }
    let instance: [(String, JSONText?)] = ["id", "name"].map { name in
      (name, job.entities["instance_\(name)"].map { .string($0) })
    }
    let others = job.entities.filter {
      !["instance_id", "instance_name", "progress"].contains($0.key)
    }
    return [
      "id": .string(job.jobID), "name": .string(job.jobType),
      "status": .string(service.word(phase.status)),
      begin: .string(zoned(submitted + phase.begin)), end: ended,
      [.rds, .taurusdb, .ddm].contains(service) ? "process" : "progress":
        .string(phase.hasEnded ? "" : job.entities["progress"] ?? ""),
      "instance": .object(instance),
      "fail_reason": service == .ddm ? nil : .optional(phase.hasFailed ? job.failReason : nil),
      "entities": [.rds, .taurusdb].contains(service) ? .object(JSONText.members(others)) : nil,
    ]
  }

  /// Moves on until the end.
  private func lastChange(_ phase: JobPhase) -> Timestamp { submitted + (phase.hasEnded ? phase.since : elapsed) }

  /// `2021-07-12T09:22:04+0000`
  private func zoned(_ time: Timestamp) -> String { time.description.prefix(19) + "+0000" }

  // MARK: CCE

  private func container(_ job: ScriptedJob, _ phase: JobPhase, subJobs: [JSONText]) -> JSONText {
    let spec =
      [("type", .string(job.jobType))] + JSONText.members(job.entities)
      + [("subJobs", subJobs.isEmpty ? nil : .array(subJobs))]
    return [
      "kind": .string("Job"), "apiVersion": .string("v3"),
      "metadata": [
        "uid": .string(job.jobID), "creationTimestamp": .string(spaced(submitted + phase.begin)),
        "updateTimestamp": .string(spaced(lastChange(phase))),
      ], "spec": .object(spec),
      "status": [
        "phase": .string(self.job.service.word(phase.status)),
        "reason": .string(phase.hasFailed ? job.failReason ?? "" : ""),
      ],
    ]
  }

  /// `2020-02-02 08:12:40.672000000 +0000 UTC`
  private func spaced(_ time: Timestamp) -> String {
    let text = time.description
    return "\(text.prefix(10)) \(text.dropFirst(11).dropLast())000000 +0000 UTC"
  }
}
