import JobWatchCore

/// A service that runs asynchronous jobs, as data: all that sets one apart from another. The record
/// itself has the same shape in each, decoded by `JobRecord`.
package struct CloudService: Sendable, Hashable {
  /// As in a job's key, an endpoint's host and the configuration.
  package let name: String
  /// The first segment of its paths.
  package let version: String
  /// What each of its status words means; any other word is reported and changes nothing.
  package let vocabulary: [String: JobState]
  /// Error codes that say that there is no such job.
  package let absentCodes: Set<String>
  /// How long it documents to keep a job's record.
  package let retention: RetentionPolicy

  /// The path to ask for one job, percent-encoded.
  package func path(projectID: String, jobID: String) -> String {
    "/\(version)/\(PercentEncoding.encode(projectID))/jobs/\(PercentEncoding.encode(jobID))"
  }
}

extension CloudService {
  private static let classicWords: [String: JobState] = [
    "INIT": .pending, "RUNNING": .running, "SUCCESS": .succeeded, "FAIL": .failed,
  ]

  /// Elastic Cloud Server (cloud-api, section 1).
  package static let ecs = CloudService(
    name: "ecs", version: "v1",
    vocabulary: classicWords.merging(["PENDING_PAYMENT": .awaitingPayment]) { $1 },
    absentCodes: ["Common.0011"],
    retention: RetentionPolicy(finished: .days(1), unpaid: .days(14)))

  /// Distributed Cache Service (cloud-api, section 2); it documents no retention.
  package static let dcs = CloudService(
    name: "dcs", version: "v2", vocabulary: classicWords,
    absentCodes: ["DCS.4133", "111400070", "DCS.4070"], retention: RetentionPolicy())

  package static let all = [ecs, dcs]

  package static func named(_ name: String) -> CloudService? { all.first { $0.name == name } }
}
