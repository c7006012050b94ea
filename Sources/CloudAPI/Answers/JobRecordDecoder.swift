import JobWatchCore

/// Makes a `JobReport` of the body of an answer, by the layout and the words of its service. Members that are missing,
/// null or of another type than documented count as nothing; members that are not known are passed over.
enum JobRecordDecoder {
  struct Record: Sendable, Hashable {
    /// The job that the record is of, if it says so.
    var jobID: String?
    /// Whether the status stands behind a fault of the JSON, and may belong to a text that is quoted there: then it is
    /// no verdict.
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

  /// Nil if `body` is not a JSON object.
  /// - Parameter jobID: the job whose record is taken from a list of several; nil for the first.
  static func decode(
    _ body: [UInt8], service: CloudService, jobID: String? = nil
  ) -> Finding? {
    guard let answer = JSONObject(body) else { return nil }
    guard let object = record(in: answer, service, jobID) else { return .nothing }
    let objects = JobObjects(in: object, of: service)
    let job = SubJob(object, objects, of: service)
    var parts = PartList(service: service)
    parts.add(objects.parts, depth: 0)
    var report = JobReport(
      jobType: job.jobType, rawStatus: job.rawStatus, begin: job.begin, end: job.end,
      errorCode: job.errorCode, failReason: job.failReason, entities: job.entities,
      subJobs: parts.parts)
    if parts.unread > 0 { report.entities[PartList.unreadName] = String(parts.unread) }
    if answer.isGuessed { report.isGuessed = true }
    let isGuess = object.member(at: service.layout.status)?.isGuess ?? false
    return .record(Record(jobID: job.jobID, isStatusGuess: isGuess, report: report))
  }

  /// Nil for a list without an element, and an empty object for JSON without a record. A record may stand in a list of
  /// one where an object is documented, and the other way round.
  private static func record(
    in answer: JSONObject, _ service: CloudService, _ jobID: String?
  ) -> JSONObject? {
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

  /// The parts of a job and their parts, each before its own.
  private struct PartList {
    /// Parts in all: ten times what has been seen. The largest answer has room for a million empty ones, which would
    /// take half a gigabyte.
    static let limit = 10_000
    /// Parts within parts. Two are known (CCE).
    static let depthLimit = 20
    /// The name under which the job's objects count the parts that these limits left out.
    static let unreadName = "sub_jobs_unread"

    var service: CloudService
    var parts: [SubJob] = []
    var unread = 0

    mutating func add(_ records: [JSONObject], depth: Int) {
      for record in records {
        guard parts.count < Self.limit, depth < Self.depthLimit else {
          unread += 1
          continue
        }
        let objects = JobObjects(in: record, of: service)
        var part = SubJob(record, objects, of: service)
        part.failReason = part.failReason ?? part.entities["errorcode_message"]
        part.depth = depth > 0 ? depth : nil
        parts.append(part)
        add(objects.parts, depth: depth + 1)
      }
    }
  }
}

extension SubJob {
  /// The record of a job, or of a part of one.
  fileprivate init(_ record: JSONObject, _ objects: JobObjects, of service: CloudService) {
    let layout = service.layout
    let status = record.text(at: layout.status) ?? ""
    let state = service.state(of: status)
    self.init(
      jobID: record.text(at: layout.jobID), jobType: record.text(at: layout.jobType),
      rawStatus: status, state: state,
      begin: CloudTimeParser.parse(record.text(at: layout.begin)),
      // The databases write an end, and CCE the time of the last change, while a job still runs.
      end: state?.isFinal == true ? CloudTimeParser.parse(record.text(at: layout.end)) : nil,
      errorCode: record.text(at: layout.errorCode),
      failReason: record.member(at: layout.failReason)?.value.spokenText,
      entities: objects.scalars)
  }
}
