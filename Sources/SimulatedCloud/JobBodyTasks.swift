import JobWatchCore

/// The records of the databases and of CCE, whose members have other names and whose words are their
/// own.
extension JobBody {
  func database(_ phase: JobPhase) -> JSONText {
    if job.service == .geminidb {
      let record = task(phase, begin: "start_time", end: ("end_time", present(phase)))
      return .object([("jobs", .array([.object(record)])), ("total_count", .number(1))])
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
      record.append(("entities", scalars(job.entities.filter { !Self.isAboutInstance($0.key) })))
    }
    return .object([("job", .object(record))])
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

  private static func isAboutInstance(_ name: String) -> Bool {
    ["instance_id", "instance_name", "progress"].contains(name)
  }

  private func present(_ phase: JobPhase) -> JSONText {
    .string(zoned(submitted + (phase.hasEnded ? phase.since : elapsed)))
  }

  /// `2021-07-12T09:22:04+0000`
  private func zoned(_ time: Timestamp) -> String { time.description.prefix(19) + "+0000" }

  /// The time of the last change moves on until the end.
  func container(_ phase: JobPhase) -> JSONText {
    let parts = shownParts.map { part, phase in
      container(
        part.jobID, part.jobType, phase, spec: part.entities, subJobs: [], reason: part.failReason)
    }
    return container(
      job.jobID, job.jobType, phase, spec: job.entities, subJobs: parts, reason: job.failReason)
  }

  private func container(
    _ id: String, _ type: String, _ phase: JobPhase, spec: [String: String],
    subJobs: [JSONText], reason: String?
  ) -> JSONText {
    var members: [(String, JSONText)] = [("type", .string(type))]
    members += spec.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }
    if !subJobs.isEmpty { members.append(("subJobs", .array(subJobs))) }
    let change = submitted + (phase.hasEnded ? phase.since : elapsed)
    return .object([
      ("kind", .string("Job")), ("apiVersion", .string("v3")),
      (
        "metadata",
        .object([
          ("uid", .string(id)), ("creationTimestamp", .string(spaced(submitted + phase.begin))),
          ("updateTimestamp", .string(spaced(change))),
        ])
      ),
      ("spec", .object(members)),
      (
        "status",
        .object([
          ("phase", .string(job.service.word(phase.status))),
          ("reason", .string(phase.hasFailed ? reason ?? "" : "")),
        ])
      ),
    ])
  }

  /// `2020-02-02 08:12:40.672000000 +0000 UTC`
  private func spaced(_ time: Timestamp) -> String {
    let text = time.description
    return "\(text.prefix(10)) \(text.dropFirst(11).dropLast())000000 +0000 UTC"
  }
}
