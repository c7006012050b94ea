import JobWatchCore

/// The records of the databases and of CCE, which have names and words of their own.
extension JobBody {
  func database(_ phase: JobPhase) -> JSONText {
    if job.service == .geminidb {
      let record = task(phase, begin: "start_time", end: ("end_time", present(phase)))
      return ["jobs": .array([.object(record)]), "total_count": .number(1)]
    }
    // RDS leaves the end out while a job runs, TaurusDB has it empty, the others write the present.
    let end: JSONText? =
      switch job.service {
      case .rds where !phase.hasEnded: nil
      case .taurusdb where !phase.hasEnded: .string("")
      default: present(phase)
      }
    var record = task(phase, begin: "created", end: end.map { ("ended", $0) })
    if job.service == .rds || job.service == .taurusdb {
      let entities = job.entities.filter { !Self.aboutInstance.contains($0.key) }
      record.append(("entities", .object(JSONText.members(entities))))
    }
    return ["job": .object(record)]
  }

  /// As the databases have it, without a reason of a failure.
  func middleware(_ phase: JobPhase) -> [(String, JSONText)] {
    task(phase, begin: "created_time", end: ("end_time", present(phase)))
      .filter { $0.0 != "fail_reason" }
  }

  private func task(
    _ phase: JobPhase, begin: String, end: (String, JSONText)?
  ) -> [(String, JSONText)] {
    let hasProcess = [.rds, .taurusdb, .ddm].contains(job.service)
    let progress = phase.hasEnded ? "" : job.entities["progress"] ?? ""
    var members: [(String, JSONText)] = [
      ("id", .string(job.jobID)), ("name", .string(job.jobType)),
      ("status", .string(job.service.word(phase.status))),
      (begin, .string(zoned(submitted + phase.begin))),
    ]
    if let end { members.append(end) }
    members += [
      (hasProcess ? "process" : "progress", .string(progress)),
      (
        "instance",
        .object(
          ["id", "name"].compactMap { name in
            job.entities["instance_\(name)"].map { (name, .string($0)) }
          })
      ),
      ("fail_reason", .optional(phase.hasFailed ? job.failReason : nil)),
    ]
    return members
  }

  private static let aboutInstance = ["instance_id", "instance_name", "progress"]

  private func present(_ phase: JobPhase) -> JSONText {
    .string(zoned(submitted + (phase.hasEnded ? phase.since : elapsed)))
  }

  /// `2021-07-12T09:22:04+0000`
  private func zoned(_ time: Timestamp) -> String { time.description.prefix(19) + "+0000" }

  func container(_ phase: JobPhase) -> JSONText {
    container(job, phase, subJobs: shownParts.map { container($0, $1, subJobs: []) })
  }

  /// The time of the last change moves on until the end.
  private func container(_ job: ScriptedJob, _ phase: JobPhase, subJobs: [JSONText]) -> JSONText {
    var spec: [(String, JSONText)] = [("type", .string(job.jobType))]
    spec += JSONText.members(job.entities)
    if !subJobs.isEmpty { spec.append(("subJobs", .array(subJobs))) }
    let change = submitted + (phase.hasEnded ? phase.since : elapsed)
    return [
      "kind": .string("Job"), "apiVersion": .string("v3"),
      "metadata": [
        "uid": .string(job.jobID), "creationTimestamp": .string(spaced(submitted + phase.begin)),
        "updateTimestamp": .string(spaced(change)),
      ],
      "spec": .object(spec),
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
