import JobWatchCore

/// Makes a `JobReport` of the body of an answer, by the layout and the words of its service. Members that are missing,
/// null or of another type than documented count as nothing; members that are not known are passed over.
enum JobRecordDecoder {
  struct Record: Sendable, Hashable {
    var jobID: String?
    /// Whether the status stands behind a fault of the JSON, and may belong to a text that is quoted there: then it is
    /// not believed.
    var isStatusGuess = false
    var report: JobReport
  }

  enum Finding: Sendable, Hashable {
    /// Empty for JSON that is no record.
    case record(Record)
    /// A list of jobs without any: the service knows no such job.
    case nothing

    var record: Record? {
      if case .record(let record) = self { record } else { nil }
    }
  }

  /// Parts in all: ten times what has been seen. A million empty ones, for which the largest answer has room, would
  /// take half a gigabyte.
  private static let partLimit = 10_000
  /// Parts within parts. Two are known (CCE).
  private static let depthLimit = 20
  /// The name under which the job's objects count the parts that these limits left out.
  private static let unreadName = "sub_jobs_unread"

  /// Nil if `body` is not a JSON object.
  /// - Parameter jobID: the job whose record is taken from a list of several; nil for the first.
  static func decode(_ body: [UInt8], service: CloudService, jobID: String? = nil) -> Finding? {
    guard let answer = JSONObject(body) else { return nil }
    guard let object = record(in: answer, service, jobID) else { return .nothing }
    let (job, firstParts) = read(object, service)
    var report = JobReport(
      jobType: job.jobType, rawStatus: job.rawStatus, begin: job.begin, end: job.end,
      errorCode: job.errorCode, failReason: job.failReason, entities: job.entities)
    var unread = 0
    /// Each part before its own.
    func add(_ records: [JSONObject], depth: Int) {
      for record in records {
        guard report.subJobs.count < partLimit, depth < depthLimit else {
          unread += 1
          continue
        }
        let (found, parts) = read(record, service)
        var part = found
        part.failReason = part.failReason ?? part.entities["errorcode_message"]
        part.depth = depth > 0 ? depth : nil
        report.subJobs.append(part)
        add(parts, depth: depth + 1)
      }
    }
    add(firstParts, depth: 0)
    if unread > 0 { report.entities[unreadName] = String(unread) }
    if answer.isGuessed { report.isGuessed = true }
    let isGuess = object.member(at: service.layout.status)?.isGuess ?? false
    return .record(Record(jobID: job.jobID, isStatusGuess: isGuess, report: report))
  }

  /// Nil for a list without an element, and an empty object for JSON without a record. A record may stand in a list of
  /// one where an object is documented, and the other way round.
  private static func record(in answer: JSONObject, _ service: CloudService, _ jobID: String?) -> JSONObject? {
    let value: JSONValue?
    switch service.layout.place {
    case .root: return answer
    case .member(let name): value = answer[name]
    case .first(let name):
      value = answer[name]
      if value?.list?.isEmpty == true { return nil }
    }
    let listed = value?.list?.compactMap(\.object) ?? []
    let own = listed.first { object in
      guard let jobID, let id = object.text(at: service.layout.jobID) else { return false }
      return id.matchesFieldName(jobID)
    }
    return value?.object ?? own ?? listed.first ?? JSONObject([JSONObject.Member]())
  }

  private static func read(_ record: JSONObject, _ service: CloudService) -> (SubJob, parts: [JSONObject]) {
    let layout = service.layout
    let objects = JobObjects(in: record, of: service)
    let status = record.text(at: layout.status) ?? ""
    let state = service.state(of: status)
    let job = SubJob(
      jobID: record.text(at: layout.jobID), jobType: record.text(at: layout.jobType), rawStatus: status, state: state,
      begin: CloudTimeParser.parse(record.text(at: layout.begin)),
      // The databases write an end, and CCE the time of the last change, while a job still runs.
      end: state?.isFinal == true ? CloudTimeParser.parse(record.text(at: layout.end)) : nil,
      errorCode: record.text(at: layout.errorCode), failReason: record.member(at: layout.failReason)?.value.spokenText,
      entities: objects.scalars)
    return (job, objects.parts)
  }
}
