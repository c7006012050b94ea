/// The background task of an instance that does a job's work. The submitter names it, because no record does.
package struct TaskName: Hashable, Sendable {
  package var instanceID: String
  package var taskID: String

  /// Nil unless both are known.
  package init?(_ instanceID: String?, _ taskID: String?) {
    guard let instanceID, let taskID else { return nil }
    (self.instanceID, self.taskID) = (instanceID, taskID)
  }
}

/// How far a task has come, in the cloud's own words. For people only: nothing is decided by it.
package struct TaskProgress: Hashable, Sendable, Codable {
  /// 0 to 100.
  package var percent: Double?
  /// In seconds, as the cloud estimates.
  package var remaining: Int?
  package var steps: [Step]

  package init(percent: Double? = nil, remaining: Int? = nil, steps: [Step] = []) {
    (self.percent, self.remaining, self.steps) = (percent, remaining, steps)
  }

  /// A step, or a part of one.
  package struct Step: Hashable, Sendable, Codable {
    package var id: String?
    package var name: String?
    /// FINISH, FAILED, EXECUTING or WAITING; empty when it was missing.
    package var status: String
    package var begin: CloudTime?
    package var end: CloudTime?
    package var errorCode: String?
    /// Parts have it.
    package var detail: String?
    package var parts: [Step]

    package init(
      id: String? = nil, name: String? = nil, status: String, begin: CloudTime? = nil,
      end: CloudTime? = nil, errorCode: String? = nil, detail: String? = nil, parts: [Step] = []
    ) {
      self.id = id
      self.name = name
      self.status = status
      self.begin = begin
      self.end = end
      self.errorCode = errorCode
      self.detail = detail
      self.parts = parts
    }
  }
}

/// What is kept of a job's task: the last progress, and why there was none since.
package struct ProgressReport: Hashable, Sendable, Codable {
  package struct Failure: Hashable, Sendable, Codable {
    package var at: Timestamp
    package var cause: String
  }

  package private(set) var progress: TaskProgress?
  package private(set) var asOf: Timestamp?
  package private(set) var failure: Failure?

  package init() {}

  package mutating func take(_ progress: TaskProgress, at now: Timestamp) {
    (self.progress, asOf, failure) = (progress, now, nil)
  }

  package mutating func fail(_ cause: String, at now: Timestamp) { failure = Failure(at: now, cause: cause) }
}
