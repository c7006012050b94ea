extension WatchRules {
  /// The gap to the next poll of a job that began at `begun`: a tenth of its age within the policy's bounds.
  ///
  /// Varied by up to ±10 % inside the bounds, from the job and the time alone, so that a restart plans the same
  /// and jobs that were submitted together drift apart.
  package func pollGap(jobID: String, begun: Timestamp, at now: Timestamp) -> Duration {
    let age = max(now - begun, .zero)
    let floor = min(polling.floor, pollCeiling)
    let gap = age.scaled(by: 0.1).clamped(floor, pollCeiling)
    var hash = StableHash()
    hash.combine(jobID.utf8)
    hash.combine(UInt64(bitPattern: now.milliseconds))
    return gap.scaled(by: 0.9 + 0.2 * hash.unit).clamped(floor, pollCeiling)
  }

  /// Never beyond a quarter of the time that the service keeps a finished record: that leaves three further
  /// tries before an end that was just missed is deleted.
  package var pollCeiling: Duration {
    guard let window = retention.finished else { return polling.ceiling }
    return min(polling.ceiling, window.scaled(by: 0.25))
  }
}

extension Job {
  package func pollGap(at now: Timestamp, under rules: WatchRules) -> Duration {
    rules.pollGap(jobID: key.jobID, begun: begunAt(offset: rules.clockOffset), at: now)
  }

  /// When the work began, by the local clock: the record, else the submitter, else the submission.
  package func begunAt(offset: Duration) -> Timestamp {
    if let begin = report?.begin?.instant { return begin - offset }
    return hint.beginTime ?? submittedAt
  }
}

extension Job.Absence {
  /// When, after the first "no such job", the question is asked again: at a quarter, five eighths and the
  /// whole of the time that must pass (30, 75 and 120 s by default).
  package func nextQuestion(under policy: AbsencePolicy) -> Duration {
    switch answers {
    case ...1: policy.over.scaled(by: 0.25)
    case 2: policy.over.scaled(by: 0.625)
    default: policy.over.scaled(by: 1 + 0.5 * Double(answers - 3))
    }
  }
}
