/// A job as jobwatch knows it: one row of the database.
package struct Job: Hashable, Sendable {
  /// The row's id; zero before it is stored.
  package var id: Int64
  package var key: JobKey
  /// The project and region that it was registered with, and is polled in. The project is empty until the first answer
  /// where it has to be looked up.
  package var projectID: String
  package var region: String
  package var state: JobState
  /// The last record that the cloud showed.
  package var report: JobReport?
  package var labels: [String: String]
  package var channels: [String]
  /// What the submitter knew beforehand.
  package var hint: Hint
  /// When the cloud was asked to do the work, as submitted; else the registration.
  package var submittedAt: Timestamp
  package var registeredAt: Timestamp
  package var firstSeenAt: Timestamp?
  package var lastSeenAt: Timestamp?
  /// The ages between which it was seen running, for learning how long jobs of its type take.
  package var span = WatchedSpan()
  /// When it was first seen at work after its order was not paid. Its age counts from then, because how long a person
  /// takes to pay says nothing of the work.
  package var paidAt: Timestamp?
  /// From when on the cloud keeps the record for its retention (finished or unpaid), by the local clock.
  package var recordSince: Timestamp?
  /// When jobwatch learned the end; set exactly in final states.
  package var endedAt: Timestamp?
  package var absence: Absence?
  /// Unknown status words, and errors, that were told already.
  package var reportedWords: [String] = []
  package var notices = Notices()

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
    labels: [String: String] = [:], channels: [String] = [], hint: Hint = Hint(),
    submittedAt: Timestamp, registeredAt: Timestamp
  ) {
    self.id = id
    self.key = key
    self.projectID = projectID
    self.region = region
    self.state = state
    self.labels = labels
    self.channels = channels
    self.hint = hint
    self.submittedAt = submittedAt
    self.registeredAt = registeredAt
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
