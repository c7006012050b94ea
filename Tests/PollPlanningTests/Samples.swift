import JobWatchCore

extension Timestamp {
  /// 2025-11-24T16:00:00.000Z.
  static let start = Timestamp(milliseconds: 1_764_000_000_000)
}

extension Job {
  /// A job that was submitted at `start` and, unless it is registered, sighted then.
  static func sample(_ state: JobState = .registered) -> Job {
    var job = Job(
      id: 7, key: JobKey(account: "prod", service: "ecs", jobID: "ff80"), projectID: "p",
      region: "eu-de", state: state, submittedAt: .start, registeredAt: .start)
    if state != .registered {
      job.firstSeenAt = .start
      job.lastSeenAt = .start
      job.report = JobReport(rawStatus: state.rawValue)
    }
    if state.isFinal { job.endedAt = .start }
    if state.isConfirmedEnd || state == .awaitingPayment { job.recordSince = .start }
    return job
  }
}
