/// What a decision about one job takes beside the job, the answer and the time: the settings, and facts of the moment.
package struct PollContext: Sendable {
  package var policies: Policies
  /// How long the job is left alone while it runs.
  package var pace: PollPace
  /// The age within which 999 of 1000 jobs of this type end; nil while too few are known to say.
  package var stuckAge: Duration?
  /// How many ended jobs `stuckAge` was learned from.
  package var completions = 0
  /// The cloud's clock minus ours.
  package var clockOffset = Duration.zero
  /// No verdict is given: most jobs of this endpoint are absent at once, or it has shown no other since this one was.
  package var verdictsHeld = false
  /// Absences until then count for nothing.
  package var absencesCountFrom: Timestamp?
  /// When the clock was last set. How long ago anything before that was is not known.
  package var clockSetAt: Timestamp?
  /// Polls of this job in a row without a usable answer, this one not counted.
  package var failuresBefore = 0
  /// The service answers for other jobs, and not for this one.
  package var failsAlone = false
  /// What kept jobwatch from seeing the job since it was last seen.
  package var gaps: [BlindGap] = []

  package init(_ policies: Policies, pace: PollPace) { (self.policies, self.pace) = (policies, pace) }

  /// Whether a running job of this age, in seconds, is old enough to be told as stuck.
  func isStuck(at age: Double) -> Bool {
    [stuckAge, policies.polling.stuckAfter].compactMap(\.self).contains { age >= $0.seconds }
  }

  /// How long a job that was seen running at this age, in seconds, is left alone. The gap that a user fixed takes the
  /// place of floor and ceiling.
  package func gap(after age: Double, jitterSeed: UInt32) -> Duration {
    let gap = pace.gap(after: age, jitterSeed: jitterSeed)
    guard case .fixed = pace else { return min(gap, policies.pollCeiling) }
    return min(gap, policies.retention.quarter ?? gap)
  }

  /// The gap after this age, in seconds, cut at the age of a deadline as far as the floor allows.
  package func cut(_ gap: Duration, after age: Double, at deadline: Duration?) -> Duration {
    guard let deadline else { return gap }
    let left = Duration.milliseconds(deadline.milliseconds - Int64((1000 * age).rounded()))
    return min(gap, max(left, policies.pollFloor))
  }
}

/// When a running job is polled again, by its age.
package protocol GapPlan: Sendable {
  /// - Parameter known: the age at which the job was last seen running, in seconds.
  func gap(after known: Double, jitterSeed: UInt32) -> Duration
}

/// What decides how long a running job is left alone.
package enum PollPace: Sendable {
  /// What was learned of jobs of its type.
  case plan(any GapPlan)
  /// The one gap that a user set.
  case fixed(Duration)

  package func gap(after known: Double, jitterSeed: UInt32) -> Duration {
    switch self {
    case .plan(let plan): plan.gap(after: known, jitterSeed: jitterSeed)
    case .fixed(let gap): gap
    }
  }
}

extension Job {
  /// How long it is left alone after it was seen, not ended, at `now`.
  package func pollGap(at now: Timestamp, under context: PollContext) -> Duration {
    pollGap(at: now, under: context, knownAge: span.known)
  }

  /// - Parameter knownAge: the age, in seconds, that the job is taken to have reached.
  func pollGap(at now: Timestamp, under context: PollContext, knownAge: Double) -> Duration {
    let isUnpaid = state == .awaitingPayment
    let age = isUnpaid ? age(at: now, offset: context.clockOffset) : knownAge
    let gap =
      isUnpaid
      ? min(unpaidGap(at: now, context.policies.retention), context.policies.pollCeiling)
      : context.gap(after: age, jitterSeed: key.jitterSeed)
    return context.cut(gap, after: age, at: deadline(after: age, under: context.policies.polling))
  }

  package func deadline(after age: Double, under policy: PollPolicy) -> Duration? {
    policy.deadline(after: age, expectWithin: hint.expectWithin, mayBeStuck: state != .awaitingPayment && paidAt == nil)
  }

  /// A tenth of the time that the order is open, from a minute to an hour, and more often as its record nears its
  /// deletion: a person pays within minutes, or days later.
  private func unpaidGap(at now: Timestamp, _ retention: RetentionPolicy) -> Duration {
    let open = max(now - (recordSince ?? submittedAt), .zero)
    let gap = open.scaled(by: 0.1).clamped(.minutes(1), .hours(1))
    guard let deletion = expiresAt(under: retention), deletion > now else { return gap }
    return min(gap, max((deletion - now).scaled(by: 0.25), .minutes(1)))
  }

  /// In seconds.
  package func age(at now: Timestamp, offset: Duration) -> Double { max(now - begunAt(offset: offset), .zero).seconds }

  /// When the work began, by the local clock: when it was paid, where it had to be; as the record says; as the
  /// submitter says; when it was submitted.
  package func begunAt(offset: Duration) -> Timestamp {
    if let paidAt { return paidAt }
    if let begin = report?.begin?.instant { return begin - offset }
    return hint.beginTime ?? submittedAt
  }
}

/// What `Job.observe` would decide where an answer says of a running job what the last one said, without reading its
/// row.
package struct RepeatedSighting: Hashable, Sendable {
  /// In seconds since the job began.
  package let age: Double
  package let gap: Duration
  package let deadline: Duration?

  /// Nil for any other answer, and where only the row can decide.
  package init?(_ observation: Observation, jitterSeed: UInt32, at now: Timestamp, under context: PollContext) {
    guard case .seen(let state, let report) = observation, !state.isFinal,
      state != .awaitingPayment, let begin = report.begin?.instant
    else { return nil }
    age = Job.knownAge((now - (begin - context.clockOffset)).seconds)
    // Whether it was told to be stuck is in its row.
    guard !context.isStuck(at: age) else { return nil }
    deadline = context.policies.polling.deadline(after: age, expectWithin: nil)
    gap = context.cut(context.gap(after: age, jitterSeed: jitterSeed), after: age, at: deadline)
  }
}
