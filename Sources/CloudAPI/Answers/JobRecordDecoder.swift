import JobWatchCore

/// Makes a `JobReport` of the body of an answer, by the layout and the words of its service.
package enum JobRecordDecoder {
  package struct Record: Sendable, Hashable {
    /// The job that the record is of, if it says so.
    package var jobID: String?
    /// The status stands behind a fault of the JSON: it is no verdict.
    package var isStatusGuess = false
    package var report: JobReport
  }

  package enum Finding: Sendable, Hashable {
    /// Empty for JSON that is no record.
    case record(Record)
    /// A list of jobs without any: the service knows no such job.
    case nothing

    package var record: Record? {
      if case .record(let record) = self { record } else { nil }
    }
  }

  /// Nil if `body` is not a JSON object.
  /// - Parameter jobID: whose record is taken where a list has several; else the first.
  package static func decode(
    _ body: [UInt8], service: CloudService, jobID: String? = nil
  ) -> Finding? {
    guard let answer = JSONObject(body) else { return nil }
    guard let record = record(in: answer, service, jobID) else { return .nothing }
    let status = record.status ?? ""
    var parts = PartList(service: service)
    parts.add(record.objects.parts, depth: 0)
    var entities = record.objects.scalars
    if parts.unread > 0 { entities[PartList.unreadName] = String(parts.unread) }
    var report = JobReport(
      jobType: record.jobType, rawStatus: status, begin: CloudTimeParser.parse(record.beginTime),
      end: end(of: record, service.state(of: status)), errorCode: record.errorCode,
      failReason: record.failReason, entities: entities, subJobs: parts.parts)
    if answer.isGuessed { report.isGuessed = true }
    return .record(
      Record(jobID: record.jobID, isStatusGuess: record.isStatusGuess, report: report))
  }

  /// Nil for a list without an element. A record may stand in a list of one where an object is documented, and the
  /// other way round.
  private static func record(
    in answer: JSONObject, _ service: CloudService, _ jobID: String?
  ) -> JobRecord? {
    let value: JSONValue?
    switch service.layout.place {
    case .root: return JobRecord(answer, of: service)
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
    let object = value?.object ?? own ?? listed.first
    return object.map { JobRecord($0, of: service) } ?? JobRecord()
  }

  /// The databases write an end, and CCE the time of the last change, while a job still runs.
  private static func end(of record: JobRecord, _ state: JobState?) -> CloudTime? {
    state?.isFinal == true ? CloudTimeParser.parse(record.endTime) : nil
  }

  /// The jobs that a job is made of, and those that they are made of: each before its own.
  private struct PartList {
    /// In all. Ten times what has been seen; the largest answer has room for a million empty ones, which
    /// would take half a gigabyte.
    static let limit = 10_000
    /// Parts within parts. Two are known (CCE).
    static let depthLimit = 20
    /// How many parts were left out for these limits, among the job's objects.
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
        parts.append(part(record, depth: depth))
        add(record.objects.parts, depth: depth + 1)
      }
    }

    private func part(_ record: JobRecord, depth: Int) -> SubJob {
      let status = record.status ?? ""
      let state = service.state(of: status)
      return SubJob(
        jobID: record.jobID, jobType: record.jobType, rawStatus: status, state: state,
        begin: CloudTimeParser.parse(record.beginTime), end: end(of: record, state),
        errorCode: record.errorCode,
        failReason: record.failReason ?? record.objects.scalars["errorcode_message"],
        entities: record.objects.scalars, depth: depth > 0 ? depth : nil)
    }
  }
}
