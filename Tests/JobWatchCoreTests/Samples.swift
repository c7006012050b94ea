@testable import JobWatchCore
import TestSupport
import Testing

extension Timestamp {
  /// 2025-11-24T16:00:00.000Z.
  static let start = Timestamp(milliseconds: 1_764_000_000_000)
}

extension Policies {
  /// The defaults, with the retention that ECS documents.
  static let ecs = Policies(retention: RetentionPolicy(finished: .days(1), unpaid: .days(14)))
}

extension PollContext {
  static let ecs = PollContext(.ecs)
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

  /// The notices that are due at `now`, and the job that remembers them.
  func notices(at now: Timestamp, under policies: Policies, gaps: [BlindGap] = []) -> (job: Job, events: [EventDraft]) {
    var schedule = NoticeSchedule(of: self, under: policies)
    let events = schedule.take(at: now, gaps: gaps)
    return (schedule.job, events)
  }

  func nextNotice(after now: Timestamp, under policies: Policies) -> Timestamp? {
    NoticeSchedule(of: self, under: policies).next(after: now)
  }

  /// What is told when the notices are taken at each time that the schedule names, as the daemon does, from `now` on.
  func story(from now: Timestamp, under policies: Policies) -> [EventDraft] {
    var (job, told) = (self, [EventDraft]())
    var next = job.nextNotice(after: now, under: policies)
    while let time = next, told.count < 100 {
      let (later, events) = job.notices(at: time, under: policies)
      (job, told) = (later, told + events)
      next = job.nextNotice(after: time, under: policies)
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
