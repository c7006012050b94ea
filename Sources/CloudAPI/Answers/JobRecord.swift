import JobWatchCore

/// The record of a job as it stands in an answer. Members that are missing, null or of another type than documented count
/// as nothing; members that are not known are passed over.
struct JobRecord {
  let jobID: String?
  let jobType: String?
  /// Empty if the record has none.
  let status: String
  /// Whether the status stands behind a fault of the JSON, and may belong to a text that is quoted there.
  let isStatusGuess: Bool
  let state: JobState?
  let begin: CloudTime?
  let end: CloudTime?
  let errorCode: String?
  let failReason: String?
  let objects: JobObjects

  init(_ object: JSONObject, of service: CloudService) {
    let layout = service.layout
    let status = object.member(at: layout.status)
    jobID = object.text(at: layout.jobID)
    jobType = object.text(at: layout.jobType)
    self.status = status?.value.text ?? ""
    isStatusGuess = status?.isGuess ?? false
    state = service.state(of: self.status)
    begin = CloudTimeParser.parse(object.text(at: layout.begin))
    // The databases write an end, and CCE the time of the last change, while a job still runs.
    end = state?.isFinal == true ? CloudTimeParser.parse(object.text(at: layout.end)) : nil
    errorCode = object.text(at: layout.errorCode)
    failReason = object.member(at: layout.failReason)?.value.spokenText
    objects = JobObjects(in: object, of: service)
  }
}
