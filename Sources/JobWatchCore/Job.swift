/// A job as jobwatch knows it: one row of the database, and what every decision about it starts from.
package struct Job: Hashable, Sendable {
  /// The row's id; zero before it is stored.
  package var id: Int64
  package var key: JobKey
  /// The project and region it was registered with. It is never polled anywhere else. The project is empty until the
  /// first answer where it has to be looked up.
  package var projectID: String
  package var region: String
  package var state: JobState
  /// The last record that the cloud showed; nil until then.
  package var report: JobReport?
  package var labels: [String: String]
  /// Channels that the submitter named.
  package var channels: [String]
  /// What the submitter knew beforehand.
  package var hint: Hint
  /// When the cloud was asked to do the work: as submitted, else the registration.
  package var submittedAt: Timestamp
  package var registeredAt: Timestamp
  package var firstSeenAt: Timestamp?
  package var lastSeenAt: Timestamp?
  /// The ages between which it was seen running, as far as that teaches how long its like takes.
  package var span: WatchedSpan
  /// When it was first seen at work after its payment had been awaited: how long a person takes to pay says nothing of
  /// how long the work takes.
  package var paidAt: Timestamp?
  /// Start of the window after which the cloud deletes the record (finished or unpaid), by the local clock.
  package var recordSince: Timestamp?
  /// When jobwatch learned the end; set exactly in final states.
  package var endedAt: Timestamp?
  /// A run of "no such job" answers that is not believed yet.
  package var absence: Absence?
  /// Status words outside the vocabulary that were told already.
  package var reportedWords: [String]
  /// Which notices were told.
  package var notices: Notices

  package struct Hint: Hashable, Sendable {
    package var jobType: String?
    package var beginTime: Timestamp?
    package var instanceID: String?
    package var taskID: String?
    /// How long after its begin it is expected to have ended.
    package var expectWithin: Duration?

    package init(
      jobType: String? = nil, beginTime: Timestamp? = nil, instanceID: String? = nil,
      taskID: String? = nil, expectWithin: Duration? = nil
    ) {
      self.jobType = jobType
      self.beginTime = beginTime
      self.instanceID = instanceID
      self.taskID = taskID
      self.expectWithin = expectWithin
    }

    package var task: TaskName? { TaskName(instanceID, taskID) }
  }

  package init(
    id: Int64 = 0, key: JobKey, projectID: String, region: String, state: JobState = .registered,
    report: JobReport? = nil, labels: [String: String] = [:], channels: [String] = [],
    hint: Hint = Hint(), submittedAt: Timestamp, registeredAt: Timestamp,
    firstSeenAt: Timestamp? = nil, lastSeenAt: Timestamp? = nil, span: WatchedSpan = WatchedSpan(),
    paidAt: Timestamp? = nil, recordSince: Timestamp? = nil,
    endedAt: Timestamp? = nil, absence: Absence? = nil, reportedWords: [String] = [],
    notices: Notices = Notices()
  ) {
    self.id = id
    self.key = key
    self.projectID = projectID
    self.region = region
    self.state = state
    self.report = report
    self.labels = labels
    self.channels = channels
    self.hint = hint
    self.submittedAt = submittedAt
    self.registeredAt = registeredAt
    self.firstSeenAt = firstSeenAt
    self.lastSeenAt = lastSeenAt
    self.span = span
    self.paidAt = paidAt
    self.recordSince = recordSince
    self.endedAt = endedAt
    self.absence = absence
    self.reportedWords = reportedWords
    self.notices = notices
  }

  package var jobType: String? { report?.jobType ?? hint.jobType }

  /// The last time that the cloud vouched for the job: its last sighting, else its submission.
  package var lastVouchedAt: Timestamp { lastSeenAt ?? submittedAt }
}

/// A change of state, as the database keeps it.
package struct Transition: Hashable, Sendable {
  package var from: JobState
  package var to: JobState
  package var rawStatus: String?
  package var at: Timestamp

  package init(from: JobState, to: JobState, rawStatus: String?, at: Timestamp) {
    self.from = from
    self.to = to
    self.rawStatus = rawStatus
    self.at = at
  }
}
