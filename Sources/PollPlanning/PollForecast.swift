import JobWatchCore

/// The coming polls of a job: how old it is beside jobs of its type, when it is polled next, and why then.
package struct PollForecast: Sendable {
  package let job: Job
  package let type: KnownType
  /// With the pace of its type.
  package let context: PollContext
  /// Seconds of latency that a call costs now at the job's endpoint.
  package let price: Double
  /// The same by what the user says.
  package let leastPrice: Double
  /// The next poll as it is on record.
  let dueAt: Timestamp
  /// What stands in the way of all polls, in words.
  package var obstacle: String?
  package let now: Timestamp

  /// The quota is too short for the calls that the user's price would buy. Prices lie a tenth apart: less is none.
  package var isPriceRaised: Bool { price > 1.1 * leastPrice }

  /// Of its type, at the price of now; nil: the user wants the same gap always.
  package var plan: PollPlan? {
    if case .plan(let plan) = context.pace { plan as? PollPlan } else { nil }
  }

  /// When it is polled next, unless something stands in the way.
  package var nextPoll: Timestamp {
    // No later than the daemon does, because a clock that was ahead may have stored any time.
    let longest = max(context.policies.pollCeiling, context.policies.polling.fixed ?? .zero).scaled(by: 1.1)
    return min(plannedPoll, now + longest)
  }

  /// The stored time was planned at the last poll. A job that was not polled yet is planned when it enters the queue. One
  /// whose turn has come is planned again, and waits on if a call is dearer now.
  private var plannedPoll: Timestamp {
    guard case .plan = context.pace, job.jobType != nil, job.absence == nil, !job.isReopened else { return dueAt }
    let planned = job.knownAt + job.pollGap(at: now, under: context)
    if job.firstSeenAt == nil && job.hasAge { return planned }
    return job.isWatched && (dueAt <= now || isPriceRaised) ? max(dueAt, planned) : dueAt
  }

  /// An answer and its commit take less: a poll that is overdue for longer was not answered.
  private static let patience = Duration.seconds(5)

  /// Its age in seconds; nil where its age decides nothing: it waits for its payment, or it is lost.
  package var age: Double? { job.hasAge ? age(at: now) : nil }

  private func age(at time: Timestamp) -> Double { job.span.known + max(time - job.knownAt, .zero).seconds }

  private var isOverdue: Bool { now - nextPoll > Self.patience }

  /// The first is why the next poll is when it is; never empty.
  var reasons: [PollReason] {
    let first = stateReason ?? paceReason
    return first.followsFromPrice && isPriceRaised ? [first, .quotaShort(price: price)] : [first]
  }

  /// For programs.
  package var reasonNames: [String] { reasons.map(\.name) }

  /// Why no plan decides.
  private var stateReason: PollReason? {
    if job.state == .lost { return .lost }
    if isOverdue && obstacle == nil { return isPriceRaised ? .quotaShort(price: price) : .unanswered }
    if job.absence != nil { return .doubted }
    if job.state == .awaitingPayment { return .unpaid }
    return nil
  }

  private var paceReason: PollReason {
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
    // The gap may be up to a tenth shorter, moved away from those of other jobs.
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

  /// The next polls of a job that does not end, by the plan as it is now; ages in seconds. The first is on record. Empty
  /// where no age decides.
  package func polls(_ count: Int) -> [(age: Double, at: Timestamp)] {
    guard job.hasAge, job.absence == nil else { return [] }
    var polls: [(age: Double, at: Timestamp)] = []
    var (age, time) = (age(at: max(nextPoll, now)), max(nextPoll, now))
    while polls.count < count {
      polls.append((age, time))
      let gap = context.cut(gap(after: age), after: age, at: job.deadline(after: age, under: context.policies.polling))
      (age, time) = (age + gap.seconds, time + gap)
    }
    return polls
  }

  /// Not moved, because the move depends on the very millisecond of the poll before.
  private func gap(after age: Double) -> Duration {
    guard let plan else { return context.gap(after: age, jitterSeed: 0) }
    return .milliseconds(Int64(1000 * (plan.nextAge(after: age) - age)))
  }
}

extension Job {
  /// True if its age says when it may end.
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

/// Why a watched job is polled when it is.
struct PollReason: Hashable, Sendable {
  /// For programs.
  let name: String
  /// What follows "because".
  let text: String
  let followsFromPrice: Bool

  private init(_ name: String, _ text: String, followsFromPrice: Bool = false) {
    (self.name, self.text, self.followsFromPrice) = (name, text, followsFromPrice)
  }

  static let fewEndSooner = Self("few_end_sooner", "few end sooner", followsFromPrice: true)
  /// Within the ages at which eight in ten of its type end.
  static let mostEndThen = Self("most_end_then", "most end around then", followsFromPrice: true)
  static let nearlyAllEndSooner = Self("nearly_all_end_sooner", "nearly all have ended by then", followsFromPrice: true)
  static let outlivedMost = Self("outlived_most", "it takes longer than 9 in 10 of its type", followsFromPrice: true)
  static let expected = Self("expected", "its submitter expects its end by then")
  static let stuckLimit = Self("stuck_limit", "polling.stuck_after is over then")
  /// It was not seen yet, and its submitter did not name its type.
  static let typeUnknown = Self("type_unknown", "its type is not known yet")
  static let unpaid = Self("unpaid", "the order is not paid")
  static let doubted = Self("doubted", "the service says that there is no such job, which is not believed yet")
  static let lost = Self("lost", "it is lost, and may show up again")
  static let unanswered = Self("unanswered", "it could not be asked, or brought no usable answer")

  static func typeNew(jobs: Int) -> Self {
    Self("type_new", "its type is new: \(jobs) of it ended so far", followsFromPrice: true)
  }

  /// - Parameter gap: seconds.
  static func ceiling(_ gap: Double) -> Self {
    Self("ceiling", "no job is left alone for longer than \(Duration.seconds(gap).spoken)")
  }

  /// - Parameter gap: seconds.
  static func fixed(_ gap: Double) -> Self { Self("fixed", "polling.fixed is \(Duration.seconds(gap).spoken)") }

  /// Beside the others: a call costs so many seconds of latency, more than the user says.
  static func quotaShort(price: Double) -> Self {
    let price = Duration.seconds(price).spoken
    return Self("quota_short", "the call price is \(price): the quota is short")
  }
}
