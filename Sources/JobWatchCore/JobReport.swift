/// A time as the cloud wrote it. A text that cannot be read is kept, and its time is unknown, never now.
package struct CloudTime: Hashable, Sendable, Codable {
  package var raw: String
  package var instant: Timestamp?

  package init(raw: String, instant: Timestamp?) { (self.raw, self.instant) = (raw, instant) }
}

/// The record of a job in the cloud's own words, as one good answer has it.
package struct JobReport: Hashable, Sendable, Codable {
  /// Any word: the documents list some, and say that the actual reply prevails.
  package var jobType: String?
  /// The status word as sent; empty when the field was missing.
  package var rawStatus: String
  package var begin: CloudTime?
  package var end: CloudTime?
  package var errorCode: String?
  package var failReason: String?
  /// The scalar members of `entities`, as text: `server_id`, `nic_id`, `image_id` …
  package var entities: [String: String]
  /// At any depth, each before its own parts.
  package var subJobs: [SubJob]
  /// True where the record is broken JSON, which makes all behind the fault a guess.
  package var isGuessed: Bool?

  package init(
    jobType: String? = nil, rawStatus: String, begin: CloudTime? = nil, end: CloudTime? = nil,
    errorCode: String? = nil, failReason: String? = nil, entities: [String: String] = [:],
    subJobs: [SubJob] = []
  ) {
    self.jobType = jobType
    self.rawStatus = rawStatus
    self.begin = begin
    self.end = end
    self.errorCode = errorCode
    self.failReason = failReason
    self.entities = entities
    self.subJobs = subJobs
  }
}

/// One part of a job. A parent may say FAIL because one of ten servers did.
package struct SubJob: Hashable, Sendable, Codable {
  package var jobID: String?
  package var jobType: String?
  package var rawStatus: String
  /// What the service's vocabulary makes of `rawStatus`; nil for a word that it does not list.
  package var state: JobState?
  package var begin: CloudTime?
  package var end: CloudTime?
  package var errorCode: String?
  package var failReason: String?
  package var entities: [String: String]
  /// How many parts enclose this one; nil for none.
  package var depth: Int?

  package init(
    jobID: String? = nil, jobType: String? = nil, rawStatus: String, state: JobState? = nil,
    begin: CloudTime? = nil, end: CloudTime? = nil, errorCode: String? = nil,
    failReason: String? = nil, entities: [String: String] = [:], depth: Int? = nil
  ) {
    self.jobID = jobID
    self.jobType = jobType
    self.rawStatus = rawStatus
    self.state = state
    self.begin = begin
    self.end = end
    self.errorCode = errorCode
    self.failReason = failReason
    self.entities = entities
    self.depth = depth
  }
}
