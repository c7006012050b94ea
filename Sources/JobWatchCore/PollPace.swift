/// When a running job is asked for again, by its age.
package protocol GapPlan: Sendable {
  /// - Parameter known: the age at which the job was last seen running, in seconds.
  func gap(after known: Double, jitterSeed: UInt32) -> Duration
}

/// A tenth of the job's age, from a second to an hour: where nothing was learned.
struct TenthOfAge: GapPlan {
  func gap(after known: Double, jitterSeed: UInt32) -> Duration {
    .milliseconds(Int64(100 * min(max(known, 10), 36_000)))
  }
}

/// What decides how long a running job is left alone.
package enum PollPace: Sendable {
  /// What was learned of jobs of its type.
  case plan(any GapPlan)
  /// Always as long, as a user wants it.
  case fixed(Duration)

  /// Where nothing was learned.
  package static let unlearned = PollPace.plan(TenthOfAge())

  package func gap(after known: Double, jitterSeed: UInt32) -> Duration {
    switch self {
    case .plan(let plan): plan.gap(after: known, jitterSeed: jitterSeed)
    case .fixed(let gap): gap
    }
  }
}

extension WatchRules {
  /// Never beyond a quarter of the time that the service keeps a finished record: that leaves three further
  /// tries before an end that was just missed is deleted.
  package var pollCeiling: Duration { polling.ceiling(retention) }

  /// How long a job that was seen running at this age, in seconds, is left alone. The gap that a user fixed takes the
  /// place of floor and ceiling.
  package func gap(after age: Double, jitterSeed: UInt32) -> Duration {
    switch pace {
    case .plan(let plan): min(plan.gap(after: age, jitterSeed: jitterSeed), pollCeiling)
    case .fixed(let gap): min(gap, retention.quarter ?? gap)
    }
  }

  /// A gap after this age, in seconds, no longer than to the age of a deadline, as far as the floor allows.
  package func cut(_ gap: Duration, after age: Double, at deadline: Duration?) -> Duration {
    guard let deadline else { return gap }
    let left = Duration.milliseconds(deadline.milliseconds - Int64((1000 * age).rounded()))
    return min(gap, max(left, min(polling.floor, pollCeiling)))
  }
}

extension RetentionPolicy {
  fileprivate var quarter: Duration? { finished.map { $0.scaled(by: 0.25) } }
}

extension PollPolicy {
  /// Of the gaps between polls of a service that keeps a record for so long.
  package func ceiling(_ retention: RetentionPolicy) -> Duration {
    min(ceiling, retention.quarter ?? ceiling)
  }

  /// The first age beyond this one, in seconds, at which a job is asked for whatever its plan says: its submitter expects
  /// its end then, or the user's limit for stuck jobs is reached.
  package func deadline(
    after age: Double, expectWithin: Duration?, mayBeStuck: Bool = true
  ) -> Duration? {
    let known = Int64((1000 * age).rounded())
    let end = expectWithin.flatMap { $0.milliseconds > known ? $0 : nil }
    let limit = mayBeStuck ? stuckAfter.flatMap { $0.milliseconds > known ? $0 : nil } : nil
    guard let end, let limit else { return end ?? limit }
    return min(end, limit)
  }
}

extension Job {
  /// How long it is left alone after it was seen, not ended, at `now`.
  package func pollGap(at now: Timestamp, under rules: WatchRules) -> Duration {
    pollGap(at: now, under: rules, knownAge: span.known)
  }

  /// - Parameter knownAge: the age, in seconds, that the job is taken to have reached.
  func pollGap(at now: Timestamp, under rules: WatchRules, knownAge: Double) -> Duration {
    guard state == .awaitingPayment else {
      let gap = rules.gap(after: knownAge, jitterSeed: key.jitterSeed)
      return rules.cut(gap, after: knownAge, at: deadline(after: knownAge, under: rules))
    }
    let gap = min(unpaidGap(at: now, under: rules), rules.pollCeiling)
    let age = age(at: now, offset: rules.clockOffset)
    return rules.cut(gap, after: age, at: deadline(after: age, under: rules))
  }

  /// See `PollPolicy.deadline`.
  package func deadline(after age: Double, under rules: WatchRules) -> Duration? {
    rules.polling.deadline(
      after: age, expectWithin: hint.expectWithin,
      mayBeStuck: state != .awaitingPayment && paidAt == nil)
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
