import JobWatchCore
import JobWatchDaemon

/// A job as `list` and `show` print it with `--json`: the names are those of the events' data where
/// both have the field, and what is not known is left out.
struct JobJSON: Encodable {
  let jobID: String
  let account: String
  let service: String
  let region: String
  let projectID: String
  let jobType: String?
  let state: JobState
  let rawStatus: String?
  let labels: [String: String]
  let channels: [String]
  let submittedAt: Timestamp
  let registeredAt: Timestamp
  let firstSeenAt: Timestamp?
  let lastSeenAt: Timestamp?
  /// When jobwatch learned the end.
  let endedAt: Timestamp?
  /// As the cloud wrote them.
  let beginTime: String?
  let endTime: String?
  let errorCode: String?
  let failReason: String?
  let entities: [String: String]?
  let subJobs: SubJobCount?
  /// When the cloud deletes its record of the job.
  let expiresAt: Timestamp?
  /// When its end is expected at the latest, as the submitter said.
  let expectedBy: Timestamp?
  /// When it was told to be stuck.
  let stuckAt: Timestamp?
  /// "No such job" answers in a row that are not believed yet.
  let absentAnswers: Int?
  /// Why it is not asked for, while it is watched.
  let paused: [AccountPauses.Pause]?

  init(_ job: Job, retention: RetentionPolicy, pauses: AccountPauses) {
    jobID = job.key.jobID
    account = job.key.account
    service = job.key.service
    region = job.region
    projectID = job.projectID
    jobType = job.jobType
    state = job.state
    rawStatus = job.report?.rawStatus
    labels = job.labels
    channels = job.channels
    submittedAt = job.submittedAt
    registeredAt = job.registeredAt
    firstSeenAt = job.firstSeenAt
    lastSeenAt = job.lastSeenAt
    endedAt = job.endedAt
    beginTime = job.report?.begin?.raw
    endTime = job.report?.end?.raw
    errorCode = job.report?.errorCode
    failReason = job.report?.failReason
    entities = job.report?.entities
    subJobs = job.report.flatMap { $0.subJobs.isEmpty ? nil : SubJobCount($0.subJobs) }
    expiresAt = job.expiresAt(under: retention)
    expectedBy = job.expectedBy
    stuckAt = job.notices.stuckAt
    absentAnswers = job.absence?.answers
    let paused = job.state.isFinal ? [] : pauses.on(job.key.lane)
    self.paused = paused.isEmpty ? nil : paused
  }
}
