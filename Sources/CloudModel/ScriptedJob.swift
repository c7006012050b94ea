import CloudAPI
import JobWatchCore

/// One entry of a script: from `after` the submission on, the job has this status.
package struct ScriptedStep: Hashable, Sendable {
  package var after: Duration
  /// `INIT`, `RUNNING`, `PENDING_PAYMENT`, `SUCCESS`, `FAIL`, sent as the service's own word for it; any other word is
  /// sent as it is.
  package var status: String

  package init(after: Duration, status: String) {
    self.after = after
    self.status = status
  }
}

extension [ScriptedStep] {
  /// Runs from the submission on, and never ends.
  package static let running = [ScriptedStep(after: .zero, status: "RUNNING")]

  /// Runs from the submission on and ends well.
  package static func succeeding(after duration: Duration) -> [ScriptedStep] {
    running + [ScriptedStep(after: duration, status: "SUCCESS")]
  }

  /// Runs from the submission on and fails.
  package static func failing(after duration: Duration) -> [ScriptedStep] {
    running + [ScriptedStep(after: duration, status: "FAIL")]
  }
}

/// The course of one job on the simulated cloud, and its record. Where the job stands is computed at each query from
/// the time since its submission; nothing runs in between.
package struct ScriptedJob: Hashable, Sendable {
  package var service: CloudService
  package var jobID: String
  package var jobType: String
  /// In order of time. Before the first step there is no record.
  package var steps: [ScriptedStep]
  /// The objects of the job, sent where the service has a place for them: `server_id` and the like, of a database
  /// `instance_id`, `instance_name` and `progress`.
  package var entities: [String: String]
  /// Its parts. Their steps count from the submission of the whole, and their services are that of the whole. Sent by
  /// ECS, its siblings and CCE; the others have no place for them.
  package var subJobs: [ScriptedJob]
  /// Sent once the job is in FAIL, by ECS and its siblings; DDM has no place for the reason either.
  package var errorCode: String?
  package var failReason: String?
  /// The API shows the record only from then on, even if the steps begin earlier (a replica that lags).
  package var visibleAfter: Duration
  /// The record disappears then, also that of a running job.
  package var vanishesAfter: Duration?

  package init(
    service: CloudService = .ecs, jobID: String, jobType: String, steps: [ScriptedStep],
    entities: [String: String] = [:], subJobs: [ScriptedJob] = [], errorCode: String? = nil,
    failReason: String? = nil, visibleAfter: Duration = .zero, vanishesAfter: Duration? = nil
  ) {
    self.service = service
    self.jobID = jobID
    self.jobType = jobType
    self.steps = steps
    self.entities = entities
    self.subJobs = subJobs
    self.errorCode = errorCode
    self.failReason = failReason
    self.visibleAfter = visibleAfter
    self.vanishesAfter = vanishesAfter
  }
}

/// Where a script is at one moment; all times are offsets from the submission.
struct JobPhase: Sendable {
  var status: String
  /// When the first step came: `begin_time`.
  var begin: Duration
  /// When the present step came: `end_time` of a job that has ended, and the start of its retention.
  var since: Duration

  /// Also of a job that was canceled, rolled back and the like.
  var hasEnded: Bool { status == "SUCCESS" || hasFailed || StatusWord(status).isOtherEnd }
  var hasFailed: Bool { status == "FAIL" }

  /// Nil before the first step.
  init?(of steps: [ScriptedStep], at elapsed: Duration) {
    guard let first = steps.first, let present = steps.last(where: { $0.after <= elapsed }) else { return nil }
    status = present.status
    begin = first.after
    since = present.after
  }
}

extension ScriptedJob {
  /// The phase whose record the API shows at `elapsed` after the submission; nil when it shows none: not yet, not any
  /// more, or past its retention, https://support.huaweicloud.com/intl/en-us/api-ecs/ecs_02_0901.html
  func visiblePhase(at elapsed: Duration, retention: RetentionPolicy) -> JobPhase? {
    guard elapsed >= visibleAfter, vanishesAfter.map({ elapsed < $0 }) ?? true,
      let phase = JobPhase(of: steps, at: elapsed)
    else { return nil }
    let isUnpaid = phase.status == "PENDING_PAYMENT"
    let kept = phase.hasEnded ? retention.finished : isUnpaid ? retention.unpaid : nil
    return kept.map { elapsed - phase.since >= $0 } ?? false ? nil : phase
  }
}
