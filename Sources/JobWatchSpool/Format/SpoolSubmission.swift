import CloudAPI
import JobWatchConfiguration
import JobWatchCore

/// A request to watch one job. `SpoolFile` returns only requests without a `problem`.
package struct SpoolSubmission: Sendable, Hashable {
  package var jobID: String
  /// Nil: `SpoolRules.defaultService`.
  package var service: String?
  /// Nil: the first account of the configuration.
  package var account: String?
  package var labels: [String: String] = [:]
  /// To tell beside those that the routes choose; each once.
  package var channels: [String] = []
  /// The cloud's name of it, with which the first poll is planned.
  package var jobType: String?
  package var beginTime: Timestamp?
  /// When the cloud took the job; nil: when the file is taken in.
  package var submittedAt: Timestamp?
  /// The instance that the job is about, and its background task, whose progress is shown. DCS only.
  package var instanceID: String?
  package var taskID: String?
  /// The time from its begin to its expected end: 1 s to 365 d.
  package var expectWithin: Duration?
  /// The job's URL where that was submitted, until it is known whose it is.
  package var address: JobAddress?
  /// Hints of the cloud's reply; nil: it is no reply, or has none.
  package var reply: ReplyHints?
  /// It comes from a reply, whose service, account or channels may be the cloud's own names.
  package var hasCloudNames = false
}

extension SpoolSubmission {
  /// A word that names a job: its id, or its URL.
  package init(word: String, service: String? = nil) {
    let address = JobAddress(word)
    self.init(jobID: address?.anyQuery?.jobID ?? word, service: service)
    self.address = address
  }

  /// Why its form is refused, with the cure; nil when it is fine. `SpoolRules` says whether the names are known.
  package var problem: String? {
    if let address, address.anyQuery == nil { return FoundJobIDs.noQuery(address.text) }
    if !JobKey.isJobID(jobID) {
      return "\"\(Self.shown(jobID))\" is no job id: an id starts with a letter or digit and holds only "
        + "letters, digits, \"_\" and \"-\", at most 128"
    }
    let names = hasCloudNames ? [] : [service, account].compactMap { $0 } + channels
    if let name = names.first(where: { !ConfiguredName.isValid($0) }) {
      return "the name \"\(name.prefix(80))\" \(ConfiguredName.rule)"
    }
    if let jobType, !Self.isPlain(jobType, limit: 128) {
      return "job_type must be 1 to 128 bytes without control characters"
    }
    if let expectWithin, !Self.expectations.contains(expectWithin) {
      let (least, most) = (Self.expectations.lowerBound.text, Self.expectations.upperBound.text)
      return "expect_within must be \(least) to \(most), not \(expectWithin.text)"
    }
    if taskID != nil, instanceID == nil { return "task_id needs the instance_id beside it" }
    for case (let key, let id?) in [("instance_id", instanceID), ("task_id", taskID)] where !JobKey.isJobID(id) {
      return "\(key) must start with a letter or digit and hold only letters, digits, \"_\" and \"-\", at most 128"
    }
    return LabelRule.problem(labels)
  }

  /// The text for a message of one line, control characters as question marks.
  /// - Parameter limit: in Unicode scalars, because a character may have any number of them.
  static func shown(_ text: String, limit: Int = 80) -> String {
    let scalars = text.unicodeScalars.prefix(limit).map { $0.value < 0x20 || $0.value == 0x7F ? "?" : $0 }
    return String(String.UnicodeScalarView(scalars))
  }

  private static let expectations: ClosedRange<Duration> = .seconds(1) ... .days(365)

  /// Whether `text` is 1 to `limit` bytes without control characters.
  static func isPlain(_ text: String, limit: Int) -> Bool {
    (1...limit).contains(text.utf8.count) && text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
  }
}

extension SpoolSubmission: Encodable {
  enum CodingKeys: String, CodingKey, CaseIterable {
    case jobID = "job_id"
    case service, account, labels, channels
    case jobType = "job_type"
    case beginTime = "begin_time"
    case submittedAt = "submitted_at"
    case instanceID = "instance_id"
    case taskID = "task_id"
    case expectWithin = "expect_within"
  }

  /// The entry of a spool file, without what says nothing.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    // The daemon resolves the URL, because only the configuration says whose it is.
    try container.encode(address?.text ?? jobID, forKey: .jobID)
    try container.encodeIfPresent(service, forKey: .service)
    try container.encodeIfPresent(account, forKey: .account)
    if !labels.isEmpty { try container.encode(labels, forKey: .labels) }
    if !channels.isEmpty { try container.encode(channels, forKey: .channels) }
    try container.encodeIfPresent(jobType, forKey: .jobType)
    try container.encodeIfPresent(beginTime, forKey: .beginTime)
    try container.encodeIfPresent(submittedAt, forKey: .submittedAt)
    try container.encodeIfPresent(instanceID, forKey: .instanceID)
    try container.encodeIfPresent(taskID, forKey: .taskID)
    try container.encodeIfPresent(expectWithin?.text, forKey: .expectWithin)
  }
}
