import JobWatchCore

/// Makes a `JobReport` of the body of an answer, by the layout and the words of its service.
enum JobRecordDecoder {
  struct Record: Sendable, Hashable {
    /// The job that the record is of, if it says so.
    var jobID: String?
    /// Whether the status stands behind a fault of the JSON: then it is no verdict.
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
    let record = JobRecord(object, of: service)
    var parts = PartList(service: service)
    parts.add(record.objects.parts, depth: 0)
    var entities = record.objects.scalars
    if parts.unread > 0 { entities[PartList.unreadName] = String(parts.unread) }
    var report = JobReport(
      jobType: record.jobType, rawStatus: record.status, begin: record.begin, end: record.end,
      errorCode: record.errorCode, failReason: record.failReason, entities: entities,
      subJobs: parts.parts)
    if answer.isGuessed { report.isGuessed = true }
    return .record(
      Record(jobID: record.jobID, isStatusGuess: record.isStatusGuess, report: report))
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
    return value?.object ?? own ?? listed.first ?? JSONObject([])
  }

  /// The parts of a job and their parts, each before its own.
  private struct PartList {
    /// Of all parts: ten times what has been seen. The largest answer has room for a million empty ones, which would
    /// take half a gigabyte.
    static let limit = 10_000
    /// Parts within parts. Two are known (CCE).
    static let depthLimit = 20
    /// The name under which the job's objects count the parts that these limits left out.
    static let unreadName = "sub_jobs_unread"

    var service: CloudService
    var parts: [SubJob] = []
    var unread = 0

    mutating func add(_ objects: [JSONObject], depth: Int) {
      for object in objects {
        guard parts.count < Self.limit, depth < Self.depthLimit else {
          unread += 1
          continue
        }
        let record = JobRecord(object, of: service)
        parts.append(
          SubJob(
            jobID: record.jobID, jobType: record.jobType, rawStatus: record.status,
            state: record.state, begin: record.begin, end: record.end,
            errorCode: record.errorCode,
            failReason: record.failReason ?? record.objects.scalars["errorcode_message"],
            entities: record.objects.scalars, depth: depth > 0 ? depth : nil))
        add(record.objects.parts, depth: depth + 1)
      }
    }
  }
}
