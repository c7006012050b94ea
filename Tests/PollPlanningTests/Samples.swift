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

/// Random, and the same in every run: a failure can be looked at again.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  /// SplitMix64.
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  mutating func duration(_ range: ClosedRange<Duration>) -> Duration {
    .milliseconds(
      Int64.random(in: range.lowerBound.milliseconds...range.upperBound.milliseconds, using: &self))
  }
}
