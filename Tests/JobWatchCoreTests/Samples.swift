import JobWatchCore
import Testing

extension Timestamp {
  /// 2025-11-24T16:00:00.000Z.
  static let start = Timestamp(milliseconds: 1_764_000_000_000)
}

extension WatchRules {
  /// The defaults, with the retention that ECS documents.
  static let ecs = WatchRules(retention: RetentionPolicy(finished: .days(1), unpaid: .days(14)))
}

extension JobState {
  static let unfinished: [JobState] = [.registered, .pending, .running, .awaitingPayment]

  /// The word of the vocabulary that ECS and DCS share.
  var word: String {
    switch self {
    case .pending: "INIT"
    case .running: "RUNNING"
    case .awaitingPayment: "PENDING_PAYMENT"
    case .succeeded: "SUCCESS"
    case .failed: "FAIL"
    default: ""
    }
  }
}

extension Job {
  /// A job that was submitted at `start` and, unless it is registered, lost or unknown, sighted then.
  static func sample(_ state: JobState = .registered, submitted: Timestamp = .start) -> Job {
    var job = Job(
      id: 7, key: JobKey(account: "prod", service: "ecs", jobID: "ff80"), projectID: "p",
      region: "eu-de", state: state, submittedAt: submitted, registeredAt: .start)
    if state != .registered && state != .unknown {
      job.firstSeenAt = .start
      job.lastSeenAt = .start
      job.report = JobReport(rawStatus: state.word)
    }
    if state.isFinal { job.endedAt = .start }
    if state.isConfirmedEnd || state == .awaitingPayment { job.recordSince = .start }
    return job
  }

  /// What `notices` tells when it is asked at each time that `nextNotice` names, as the daemon does, from `now` on.
  func story(from now: Timestamp, under rules: WatchRules) -> [EventDraft] {
    var (job, told) = (self, [EventDraft]())
    var next = job.nextNotice(after: now, under: rules)
    while let time = next, told.count < 100 {
      let (later, events) = job.notices(at: time, under: rules)
      (job, told) = (later, told + events)
      next = job.nextNotice(after: time, under: rules)
    }
    return told
  }
}

extension Observation {
  static func seen(_ state: JobState) -> Observation {
    .seen(state, JobReport(jobType: "createServer", rawStatus: state.word))
  }

  static let missing = Observation.absent(code: "Common.0011")
}

extension NextPoll {
  var gap: Duration? { if case .after(let gap) = self { gap } else { nil } }
}
