import JobWatchCore

/// What can be said of the coming polls of a job: how old it is beside jobs of its type, when it is asked for next, and why
/// then.
package struct PollForecast: Sendable {
  package let job: Job
  package let type: KnownType
  /// With the pace of its type.
  package let context: PollContext
  package let cost: CallCost
  package let now: Timestamp
  /// When it is asked for next, unless something stands in the way.
  package let nextPoll: Timestamp
  /// What stands in the way of all polls, in words.
  package let obstacle: String?

  /// - Parameter dueAt: as it is on record.
  init(
    job: Job, type: KnownType, context: PollContext, cost: CallCost, dueAt: Timestamp,
    obstacle: String? = nil, now: Timestamp
  ) {
    self.job = job
    self.type = type
    self.context = context
    self.cost = cost
    self.obstacle = obstacle
    self.now = now
    // As the daemon does: by a clock that was ahead it would be at any time.
    let longest = max(context.policies.pollCeiling, context.policies.polling.fixed ?? .zero).scaled(
      by: 1.1)
    nextPoll = min(Self.nextPoll(of: job, context, cost, dueAt: dueAt, at: now), now + longest)
  }

  /// Of its type, at the price of now; nil: the user wants the same gap always.
  package var plan: PollPlan? {
    if case .plan(let plan) = context.pace { plan as? PollPlan } else { nil }
  }

  /// The stored time was planned at the last poll. A job that was not asked for yet is planned when it enters the queue.
  /// One whose turn has come is planned again, and waits on if a call is dearer now.
  private static func nextPoll(
    of job: Job, _ context: PollContext, _ cost: CallCost, dueAt: Timestamp, at now: Timestamp
  ) -> Timestamp {
    guard case .plan = context.pace, job.jobType != nil, job.absence == nil, !job.isReopened else {
      return dueAt
    }
    let planned = job.knownAt + job.pollGap(at: now, under: context)
    if job.firstSeenAt == nil && job.hasAge { return planned }
    let isMoved = dueAt <= now || cost.isRaised
    return job.isWatched && isMoved ? max(dueAt, planned) : dueAt
  }

  /// An answer takes its time, and so does its commit: only what is overdue for longer was not answered.
  private static let patience = Duration.seconds(5)

  /// Its age in seconds; nil where its age decides nothing: it waits for its payment, or it is lost.
  package var age: Double? { job.hasAge ? age(at: now) : nil }

  private func age(at time: Timestamp) -> Double {
    job.span.known + max(time - job.knownAt, .zero).seconds
  }

  private var isOverdue: Bool { now - nextPoll > Self.patience }

  /// The first is why the next poll is when it is; never empty.
  package var reasons: [Reason] {
    let first = stateReason ?? paceReason
    switch first {
    case .fewEndSooner, .mostEndThen, .nearlyAllEndSooner, .outlivedMost, .typeNew:
      return cost.isRaised ? [first, .quotaShort(price: cost.now)] : [first]
    default: return [first]
    }
  }

  /// Why no plan decides.
  private var stateReason: Reason? {
    if job.state == .lost { return .lost }
    if isOverdue && obstacle == nil {
      return cost.isRaised ? .quotaShort(price: cost.now) : .unanswered
    }
    if job.absence != nil { return .doubted }
    if job.state == .awaitingPayment { return .unpaid }
    return nil
  }

  private var paceReason: Reason {
    let dueAge = age(at: nextPoll)
    if let deadline = job.deadline(after: job.span.known, under: context.policies.polling)?.seconds,
      abs(deadline - dueAge) < 0.01
    {
      return deadline == job.hint.expectWithin?.seconds ? .expected : .stuckLimit
    }
    if case .fixed(let gap) = context.pace { return .fixed(gap.seconds) }
    if job.jobType == nil && job.firstSeenAt == nil { return .typeUnknown }
    if type.isNew { return .typeNew(jobs: type.ended) }
    if type.distribution.survival(at: job.span.known) < 0.1 { return .outlivedMost }
    // Not before the gap has been moved away from those of other jobs.
    let ceiling = context.policies.pollCeiling.seconds
    if dueAge - job.span.known >= 0.9 * ceiling { return .ceiling(ceiling) }
    switch type.distribution.survival(at: dueAge) {
    case 0.9...: return .fewEndSooner
    case ..<0.1: return .nearlyAllEndSooner
    default: return .mostEndThen
    }
  }

  /// "typically 3 m 50 s to 4 m 30 s, now 2 m 10 s, next poll in 40 s, because most end around then"
  package var sentence: String {
    let typical = type.typical.map { "typically \($0.from.spokenAge) to \($0.to.spokenAge)" }
    let told = [job.hasAge ? typical : nil, age.map { "now \($0.spokenAge)" }]
    let because = reasons.map(\.text).joined(separator: "; ")
    let next = obstacle.map { "not asked for now: \($0)" } ?? "\(nextWords), because \(because)"
    return (told + [next]).compactMap(\.self).joined(separator: ", ")
  }

  private var nextWords: String {
    if isOverdue { return "next poll overdue for \((now - nextPoll).spoken)" }
    return nextPoll > now ? "next poll in \((nextPoll - now).spoken)" : "next poll now"
  }

  package struct Poll: Hashable, Sendable {
    /// Seconds.
    package let age: Double
    package let at: Timestamp
  }

  /// The next polls of a job that does not end, by the plan as it is now; the first is on record. Empty where no age
  /// decides.
  package func polls(_ count: Int) -> [Poll] {
    guard job.hasAge, job.absence == nil else { return [] }
    var polls: [Poll] = []
    var (age, time) = (age(at: max(nextPoll, now)), max(nextPoll, now))
    while polls.count < count {
      polls.append(Poll(age: age, at: time))
      let gap = context.cut(
        gap(after: age), after: age, at: job.deadline(after: age, under: context.policies.polling))
      (age, time) = (age + gap.seconds, time + gap)
    }
    return polls
  }

  /// Unmoved: by how much it is moved depends on the very millisecond of the poll before.
  private func gap(after age: Double) -> Duration {
    guard let plan else { return context.gap(after: age, jitterSeed: 0) }
    return .milliseconds(Int64(1000 * (plan.nextAge(after: age) - age)))
  }
}

extension Job {
  /// Whether its age says when it may end.
  fileprivate var hasAge: Bool { !state.isFinal && state != .awaitingPayment }

  /// When it had the age up to which its span is known.
  fileprivate var knownAt: Timestamp { lastSeenAt ?? begunAt(offset: .zero) }
}

extension Double {
  /// As an age or a duration in seconds, for people. Beyond the scale nothing is known.
  package var spokenAge: String {
    let most = DurationDistribution.longestAge
    return self <= most ? Duration.seconds(self).spoken : "over \(Duration.seconds(most).spoken)"
  }
}
