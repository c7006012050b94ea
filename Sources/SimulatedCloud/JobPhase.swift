import JobWatchCore

/// Where a script is at one moment; all times are offsets from the submission.
struct JobPhase: Hashable, Sendable {
  var status: String
  /// When the first step came: `begin_time`.
  var begin: Duration
  /// When the present step came: `end_time` of a job that has ended, and the start of its
  /// retention.
  var since: Duration

  /// Also of a job that was canceled, rolled back and the like.
  var hasEnded: Bool { status == "SUCCESS" || hasFailed || StatusWord(status).isOtherEnd }
  var hasFailed: Bool { status == "FAIL" }

  /// Nil before the first step.
  init?(of steps: [JobStep], at elapsed: Duration) {
    guard let first = steps.first, let present = steps.last(where: { $0.after <= elapsed })
    else { return nil }
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
    let kept: Duration? =
      if phase.hasEnded {
        retention.finished
      } else if phase.status == "PENDING_PAYMENT" {
        retention.unpaid
      } else {
        nil
      }
    if let kept, elapsed - phase.since >= kept { return nil }
    return phase
  }
}
