import CloudAPI
import JobWatchCore

/// Writes a job's record in the layout of its service, and with what else the service documents.
struct JobBody {
  var job: ScriptedJob
  /// The submission on the cloud's clock.
  var submitted: Timestamp
  /// The time since the submission.
  var elapsed: Duration

  private var service: CloudService { job.service }
  private var layout: RecordLayout { job.service.layout }

  func json(_ phase: JobPhase) -> OrderedJSON {
    // The parts that have begun.
    let parts = job.subJobs.compactMap { part in
      JobPhase(of: part.steps, at: elapsed).map { record(part, $0, parts: []) }
    }
    let whole = record(job, phase, parts: job.subJobs.isEmpty ? [] : members(for: parts))
    return switch layout.place {
    case .root: whole
    case .member(let name): .object([(name, whole)])
    case .first(let name): .object([(name, .array([whole])), ("total_count", .number(1))])
    }
  }

  private func members(for parts: [OrderedJSON]) -> [(String, OrderedJSON?)] {
    switch service {
    case .ims: [("sub_jobs_result", .array(parts)), ("sub_jobs_list", .array(job.subJobs.map { .string($0.jobID) }))]
    case .cce: [("subJobs", .array(parts))]
    case .dcs, .ddm: []
    case _ where CloudService.databases.contains(service): []
    default: [("sub_jobs_total", .number(job.subJobs.count)), ("sub_jobs", .array(parts))]
    }
  }

  private func record(_ job: ScriptedJob, _ phase: JobPhase, parts: [(String, OrderedJSON?)]) -> OrderedJSON {
    // The job framework tells an error, or null for a success, only after the end.
    let tellsError = phase.hasEnded || !service.hasJobFramework
    func error(_ text: String?) -> OrderedJSON? { tellsError ? .optional(phase.hasFailed ? text : nil) : nil }
    var fields: [(FieldPath?, OrderedJSON?)] = [(layout.status, .string(service.word(phase.status)))]
    fields += objects(of: job, parts)
    fields += [
      (layout.jobID, .string(job.jobID)), (layout.jobType, .string(job.jobType)),
      (layout.begin, .string(time(phase.begin))), (layout.end, end(phase)),
      // DCS documents no code, and DDM no reason.
      (layout.errorCode, service == .dcs ? nil : error(job.errorCode)),
      (layout.failReason, service == .ddm ? nil : error(job.failReason)),
      (layout.progress, .string(phase.hasEnded ? "" : job.entities["progress"] ?? "")),
    ]
    return .record(fields)
  }

  /// The job's objects by their places, and its parts in the last of these. DCS has none.
  private func objects(of job: ScriptedJob, _ parts: [(String, OrderedJSON?)]) -> [(FieldPath?, OrderedJSON?)] {
    if service == .dcs { return [] }
    var rest = job.entities
    if layout.progress != nil { rest["progress"] = nil }
    var fields: [(FieldPath?, OrderedJSON?)] = []
    for place in layout.objects {
      let start = place.prefix.isEmpty ? "" : "\(place.prefix)_"
      let names = rest.keys.filter { $0.hasPrefix(start) }.sorted()
      var members = names.map { name in
        (String(name.dropFirst(start.count)), rest.removeValue(forKey: name).map(OrderedJSON.string))
      }
      if place.prefix.isEmpty { members += parts }
      // An empty object stands there, too.
      fields.append((FieldPath(stringLiteral: place.name), .object([])))
      fields += members.map { (FieldPath(stringLiteral: "\(place.name).\($0.0)"), $0.1) }
    }
    return fields
  }

  // MARK: Times

  private func time(_ offset: Duration) -> String {
    let time = submitted + offset
    let text = time.description
    return switch (service, layout.place) {
    // Milliseconds since 1970, as text.
    case (.dcs, _): String(time.milliseconds)
    // `2020-02-02 08:12:40.672000000 +0000 UTC`
    case (.cce, _): "\(text.prefix(10)) \(text.dropFirst(11).dropLast())000000 +0000 UTC"
    case (_, .root): text
    // `2021-07-12T09:22:04+0000`
    default: text.prefix(19) + "+0000"
    }
  }

  /// Before the end RDS leaves it out, the job framework and TaurusDB have it empty, and the others write the present.
  /// No vendor documents what DCS has there: here it is null.
  private func end(_ phase: JobPhase) -> OrderedJSON? {
    if phase.hasEnded { return .string(time(phase.since)) }
    return switch service {
    case .rds: nil
    case .dcs: .optional(nil)
    case .taurusdb: .string("")
    default: .string(service.hasJobFramework ? "" : time(elapsed))
    }
  }
}

extension CloudService {
  var hasJobFramework: Bool { Self.jobFramework.contains(self) }

  /// The service's own word for a status of a script. A word that scripts do not share stays.
  fileprivate func word(_ status: String) -> String {
    let states: [JobState] =
      switch status {
      case "INIT": [.pending, .running]
      case "RUNNING": [.running]
      case "SUCCESS": [.succeeded]
      case "FAIL": [.failed]
      default: []
      }
    let words = states.map { state in vocabulary.filter { $0.value == state }.keys }.first { !$0.isEmpty }
    guard let words else { return status }
    // Several words may mean one state.
    return ["Running", "Completed", "Failed", status].first(where: words.contains) ?? words.min() ?? status
  }
}

extension OrderedJSON {
  /// An object of which each member stands at its path. The members of an inner object need not follow each other.
  fileprivate static func record(_ fields: [(path: FieldPath?, value: OrderedJSON?)]) -> OrderedJSON {
    var members: [(String, OrderedJSON?)] = []
    for case (let path?, let value) in fields {
      let name = path.parent ?? path.name
      if members.contains(where: { $0.0 == name }) { continue }
      let inner = fields.compactMap { field in
        field.path.flatMap { $0.parent == name ? ($0.name, field.value) : nil }
      }
      members.append((name, inner.isEmpty ? value : .object(inner)))
    }
    return .object(members)
  }
}
