extension Job {
  /// The gap to the next poll of a job that is `age` old: a tenth of its age within the policy's bounds,
  /// never beyond a quarter of the time that the service keeps a finished record.
  package func pollGap(at now: Timestamp, under rules: WatchRules) -> Duration {
    let age = max(now - begunAt(offset: rules.clockOffset), .zero)
    let ceiling = pollCeiling(under: rules)
    let gap = age.scaled(by: 0.1).clamped(min(rules.polling.floor, ceiling), ceiling)
    return gap.scaled(by: 1 + jitter(at: now))
  }

  /// A quarter of the window leaves three further tries before an end that was just missed is deleted.
  package func pollCeiling(under rules: WatchRules) -> Duration {
    guard let window = rules.retention.finished else { return rules.polling.ceiling }
    return min(rules.polling.ceiling, window.scaled(by: 0.25))
  }

  /// When the work began, by the local clock: the record, else the submitter, else the submission.
  package func begunAt(offset: Duration) -> Timestamp {
    if let begin = report?.begin?.instant { return begin - offset }
    return hint.beginTime ?? submittedAt
  }

  /// Where the schedule of a job stands after a restart: the time at which its next poll was, or is, due.
  package func dueAfterRestart(under rules: WatchRules) -> Timestamp {
    if let absence {
      return absence.since + absence.nextQuestion(under: rules.absence)
    }
    guard let seen = lastSeenAt else { return registeredAt }
    return seen + pollGap(at: seen, under: rules)
  }

  /// Within ±10 %, from the job and the time alone, so that a restart plans the same and jobs that were
  /// submitted together drift apart.
  private func jitter(at now: Timestamp) -> Double {
    var hash = StableHash()
    hash.combine(key.jobID.utf8)
    hash.combine(UInt64(bitPattern: now.milliseconds))
    return hash.unit * 0.2 - 0.1
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
