/// What decides how long a running job is left alone.
package enum PollPace: Sendable {
  /// What was learned of its like.
  case plan(PollPlan)
  /// Always as long, as a user wants it.
  case fixed(Duration)

  /// Where nothing is known of any job.
  package static let untaught = PollPace.plan(PollPlan(law: DurationModel().law(), price: 5))

  /// - Parameter known: the age at which the job was last seen running, in seconds.
  package func gap(after known: Double, salt: UInt32) -> Duration {
    switch self {
    case .plan(let plan): plan.gap(after: known, salt: salt)
    case .fixed(let gap): gap
    }
  }
}

extension WatchRules {
  /// Never beyond a quarter of the time that the service keeps a finished record: that leaves three further
  /// tries before an end that was just missed is deleted.
  package var pollCeiling: Duration {
    guard let window = retention.finished else { return polling.ceiling }
    return min(polling.ceiling, window.scaled(by: 0.25))
  }
}

extension Job {
  /// How long it is left alone after it was seen, not ended, at `now`.
  package func pollGap(at now: Timestamp, under rules: WatchRules) -> Duration {
    pollGap(at: now, under: rules, knownAge: span.known)
  }

  /// - Parameter knownAge: the age, in seconds, that the job is taken to have reached.
  func pollGap(at now: Timestamp, under rules: WatchRules, knownAge: Double) -> Duration {
    let gap =
      state == .awaitingPayment
      ? unpaidGap(at: now, under: rules) : rules.pace.gap(after: knownAge, salt: key.salt)
    return min(gap, rules.pollCeiling)
  }

  /// A person pays an order within minutes, or days later: a tenth of the time that it is open, from a minute to an
  /// hour, and more often as its record nears its end.
  private func unpaidGap(at now: Timestamp, under rules: WatchRules) -> Duration {
    let open = max(now - (recordSince ?? submittedAt), .zero)
    let pace = open.scaled(by: 0.1).clamped(.minutes(1), .hours(1))
    guard let deadline = expiresAt(under: rules.retention), deadline > now else { return pace }
    return min(pace, max((deadline - now).scaled(by: 0.25), .minutes(1)))
  }

  /// The age of a job that is seen at `now`, in seconds.
  package func age(at now: Timestamp, offset: Duration) -> Double {
    Double(max(now - begunAt(offset: offset), .zero).milliseconds) / 1000
  }

  /// When the work began, by the local clock: once it is paid, where it had to be; as the record says; as the submitter
  /// says; when it was submitted.
  package func begunAt(offset: Duration) -> Timestamp {
    if let paidAt { return paidAt }
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
