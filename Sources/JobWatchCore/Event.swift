/// An event before it has a number.
package struct EventDraft: Sendable, Hashable {
  package var kind: EventKind
  package var time: Timestamp
  package var data: EventData
  /// Channels that the submitter named, in addition to the routes.
  package var jobChannels: [String]

  package init(_ kind: EventKind, at time: Timestamp, _ data: EventData, jobChannels: [String] = []) {
    (self.kind, self.time, self.data, self.jobChannels) = (kind, time, data, jobChannels)
  }
}

package enum Certainty: String, Sendable, Codable {
  /// The cloud said so.
  case confirmed
  /// It follows from what was seen.
  case inferred
  /// It can no longer be known.
  case lost

  init(_ state: JobState) {
    self =
      switch state {
      case .registered, .pending, .running, .awaitingPayment, .succeeded, .failed: .confirmed
      case .lapsed, .unknown, .forgotten: .inferred
      case .lost: .lost
      }
  }
}

/// The `data` of an event, the same in the status log and in a webhook's body. A contract: fields are only ever added,
/// and one that does not apply is left out. jobwatch-status(5) describes each.
package struct EventData: Sendable, Hashable, Codable {
  package var jobID: String?
  package var account: String?
  package var service: String?
  package var region: String?
  package var jobType: String?
  package var state: JobState?
  package var previous: JobState?
  package var rawStatus: String?
  package var certainty: Certainty?
  package var labels: [String: String]?
  package var entities: [String: String]?
  package var beginTime: String?
  package var endTime: String?
  package var errorCode: String?
  package var failReason: String?
  package var subJobs: SubJobCount?
  /// True for a success of which a sub-job failed.
  package var partial: Bool?
  package var expiresAt: Timestamp?
  /// When the job should have ended, for `job.late` and `job.stuck`.
  package var expectedBy: Timestamp?
  /// For `job.expiring`: the job's end is on record.
  package var captured: Bool?
  /// What nobody saw, for `job.at_risk`, `job.late`, `job.lost` and `job.lapsed`.
  package var blindGap: BlindGap?
  package var requestID: String?
  package var evidence: EvidenceText?
  package var channel: String?
  package var file: String?
  package var cause: String?
  package var cure: String?
  /// One sentence for people.
  package var summary: String
  /// What was left out or shortened, where all would be too long: names of fields, as in `sub_jobs.failures`.
  package var truncated: [String]?

  package init(summary: String) { self.summary = summary }

  enum CodingKeys: String, CodingKey {
    case jobID = "job_id"
    case account, service, region
    case jobType = "job_type"
    case state, previous
    case rawStatus = "raw_status"
    case certainty, labels, entities
    case beginTime = "begin_time"
    case endTime = "end_time"
    case errorCode = "error_code"
    case failReason = "fail_reason"
    case subJobs = "sub_jobs"
    case partial
    case expiresAt = "expires_at"
    case expectedBy = "expected_by"
    case captured
    case blindGap = "blind_gap"
    case requestID = "request_id"
    case evidence, channel, file, cause, cure, summary, truncated
  }
}

/// A job's parts, counted, and the failed ones whole; see `counted` for parts of parts.
package struct SubJobCount: Sendable, Hashable, Codable {
  package var total: Int
  package var succeeded: Int
  package var failed: Int
  package var failures: [Failure]
  /// The distinct reasons of all failures, where `failures` does not hold all of them.
  package var reasons: [Reason]?

  package struct Reason: Sendable, Hashable, Codable {
    package var errorCode: String?
    package var failReason: String?
    package var count: Int

    enum CodingKeys: String, CodingKey {
      case errorCode = "error_code"
      case failReason = "fail_reason"
      case count
    }
  }

  package struct Failure: Sendable, Hashable, Codable {
    package var jobID: String?
    package var jobType: String?
    package var rawStatus: String
    package var beginTime: String?
    package var endTime: String?
    package var errorCode: String?
    package var failReason: String?
    package var entities: [String: String]?

    enum CodingKeys: String, CodingKey {
      case jobID = "job_id"
      case jobType = "job_type"
      case rawStatus = "raw_status"
      case beginTime = "begin_time"
      case endTime = "end_time"
      case errorCode = "error_code"
      case failReason = "fail_reason"
      case entities
    }
  }

  package init(_ subJobs: [SubJob]) {
    let parts = subJobs.counted
    total = parts.count
    succeeded = parts.count { $0.state == .succeeded }
    let failedOnes = parts.filter { $0.state == .failed }
    failed = failedOnes.count
    failures = failedOnes.map { sub in
      Failure(
        jobID: sub.jobID, jobType: sub.jobType, rawStatus: sub.rawStatus, beginTime: sub.begin?.raw,
        endTime: sub.end?.raw, errorCode: sub.errorCode, failReason: sub.failReason,
        entities: sub.entities.isEmpty ? nil : sub.entities)
    }
  }
}

/// A stretch of time in which a job could not be watched, and why.
package struct BlindGap: Sendable, Hashable, Codable {
  package var from: Timestamp
  package var to: Timestamp
  package var cause: String

  package init(from: Timestamp, to: Timestamp, cause: String) {
    (self.from, self.to, self.cause) = (from, to, cause)
  }

  /// The gap between two times, with the cause of the gap that lasted longest in between.
  init(from: Timestamp, to: Timestamp, of gaps: [BlindGap], otherwise: String) {
    let overlaps = gaps.map { (gap: $0, length: min($0.to, to) - max($0.from, from)) }
      .filter { $0.length > .zero }
    let cause = overlaps.max { $0.length < $1.length }?.gap.cause
    self.init(from: from, to: to, cause: cause ?? otherwise)
  }

  /// What is left of it before and behind another gap.
  package func without(_ other: BlindGap) -> [BlindGap] {
    guard other.from < to, from < other.to else { return [self] }
    return [
      BlindGap(from: from, to: other.from, cause: cause),
      BlindGap(from: other.to, to: to, cause: cause),
    ].filter { $0.from < $0.to }
  }
}

/// The raw answer inside an event.
package struct EvidenceText: Sendable, Hashable, Codable {
  package var httpStatus: Int
  package var receivedAt: Timestamp
  /// The body as text; left out when it is larger than `limit`.
  package var body: String?
  /// True where `body` differs from the bytes that came: they were not UTF-8 (`LegibleText`).
  package var lossy: Bool?
  package var bytes: Int

  /// Receivers commonly accept 20 to 64 kB, and the rest of an event needs some of it.
  package static let limit = 16_384

  package init(_ evidence: Evidence, receivedAt: Timestamp) {
    httpStatus = evidence.httpStatus
    self.receivedAt = receivedAt
    bytes = evidence.body.count
    guard evidence.body.count <= Self.limit else { return }
    let legible = LegibleText(evidence.body)
    (body, lossy) = (legible.text, legible.isExact ? nil : true)
  }

  enum CodingKeys: String, CodingKey {
    case httpStatus = "http_status"
    case receivedAt = "received_at"
    case body, lossy, bytes
  }
}
