import JobWatchCore

/// What can be said of the coming polls of a job: how old it is beside jobs of its type, when it is asked for next, and why
/// then.
package struct PollForecast: Sendable {
  package let job: Job
  package let type: KnownType
  /// With the pace of its type.
  package let rules: WatchRules
  /// Seconds of latency that a call costs now at the job's endpoint.
  package let price: Double
  /// The same by what the user says.
  package let leastPrice: Double
  package let now: Timestamp
  /// When it is asked for next, unless something stands in the way.
  package let nextPoll: Timestamp
  /// What stands in the way of all polls, in words.
  package let obstacle: String?

  /// - Parameter dueAt: as it is on record.
  init(
    job: Job, type: KnownType, rules: WatchRules, price: Double, least: Double, dueAt: Timestamp,
    obstacle: String? = nil, now: Timestamp
  ) {
    self.job = job
    self.type = type
    self.rules = rules
    (self.price, leastPrice) = (max(price, least), least)
    self.obstacle = obstacle
    self.now = now
    // As the daemon does: by a clock that was ahead it would be at any time.
    let longest = max(rules.pollCeiling, rules.polling.fixed ?? .zero).scaled(by: 1.1)
    let isRaised = Self.isRaised(self.price, least)
    nextPoll = min(
      Self.nextPoll(of: job, rules, isRaised: isRaised, dueAt: dueAt, at: now), now + longest)
  }

  /// The quota is too short for the calls that the user's price would buy.
  package var isPriceRaised: Bool { Self.isRaised(price, leastPrice) }

  /// Prices lie a tenth apart: less is none.
  private static func isRaised(_ price: Double, _ least: Double) -> Bool { price > 1.1 * least }

  /// Of its type, at the price of now; nil: the user wants the same gap always.
  package var plan: PollPlan? {
    if case .plan(let plan) = rules.pace { plan as? PollPlan } else { nil }
  }

  /// The stored time was planned at the last poll. A job that was not asked for yet is planned when it enters the queue.
  /// One whose turn has come is planned again, and waits on if a call is dearer now.
  private static func nextPoll(
    of job: Job, _ rules: WatchRules, isRaised: Bool, dueAt: Timestamp, at now: Timestamp
  ) -> Timestamp {
    guard case .plan = rules.pace, job.jobType != nil, job.absence == nil, !job.isReopened else {
      return dueAt
    }
    let planned = job.knownAt + job.pollGap(at: now, under: rules)
    if job.firstSeenAt == nil && job.hasAge { return planned }
    return job.isWatched && (dueAt <= now || isRaised) ? max(dueAt, planned) : dueAt
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
  var reasons: [PollReason] {
    let first = stateReason ?? paceReason
    return first.followsFromPrice && isPriceRaised ? [first, .quotaShort(price: price)] : [first]
  }

  /// For programs.
  package var reasonNames: [String] { reasons.map(\.name) }

  /// Why no plan decides.
  private var stateReason: PollReason? {
    if job.state == .lost { return .lost }
    if isOverdue && obstacle == nil {
      return isPriceRaised ? .quotaShort(price: price) : .unanswered
    }
    if job.absence != nil { return .doubted }
    if job.state == .awaitingPayment { return .unpaid }
    return nil
  }

  private var paceReason: PollReason {
    let dueAge = age(at: nextPoll)
    if let deadline = job.deadline(after: job.span.known, under: rules)?.seconds,
      abs(deadline - dueAge) < 0.01
    {
      return deadline == job.hint.expectWithin?.seconds ? .expected : .stuckLimit
    }
    if case .fixed(let gap) = rules.pace { return .fixed(gap.seconds) }
    if job.jobType == nil && job.firstSeenAt == nil { return .typeUnknown }
    if type.isNew { return .typeNew(jobs: type.ended) }
    if type.distribution.survival(at: job.span.known) < 0.1 { return .outlivedMost }
    // Not before the gap has been moved away from those of other jobs.
    let ceiling = rules.pollCeiling.seconds
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
      let gap = rules.cut(
        gap(after: age), after: age, at: job.deadline(after: age, under: rules))
      (age, time) = (age + gap.seconds, time + gap)
    }
    return polls
  }

  /// Unmoved: by how much it is moved depends on the very millisecond of the poll before.
  private func gap(after age: Double) -> Duration {
    guard let plan else { return rules.gap(after: age, jitterSeed: 0) }
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

/// Why a watched job is polled when it is.
struct PollReason: Hashable, Sendable {
  /// For programs.
  let name: String
  /// What follows "because".
  let text: String
  /// A price decides as well.
  var followsFromPrice = false

  static let fewEndSooner = byPrice("few_end_sooner", "few end sooner")
  /// Within the ages at which eight in ten of its type end.
  static let mostEndThen = byPrice("most_end_then", "most end around then")
  static let nearlyAllEndSooner = byPrice("nearly_all_end_sooner", "nearly all have ended by then")
  static let outlivedMost = byPrice(
    "outlived_most", "it takes longer than 9 in 10 of its type")

  static func typeNew(jobs: Int) -> PollReason {
    byPrice("type_new", "its type is new: \(jobs) of it ended so far")
  }

  private static func byPrice(_ name: String, _ text: String) -> PollReason {
    PollReason(name: name, text: text, followsFromPrice: true)
  }

  static let expected = PollReason(
    name: "expected", text: "its submitter expects its end by then")
  static let stuckLimit = PollReason(
    name: "stuck_limit", text: "polling.stuck_after is over then")
  /// It was not seen yet, and its submitter did not name its type.
  static let typeUnknown = PollReason(name: "type_unknown", text: "its type is not known yet")
  static let unpaid = PollReason(name: "unpaid", text: "the order is not paid")
  static let doubted = PollReason(
    name: "doubted",
    text: "the service says that there is no such job, which is not believed yet")
  static let lost = PollReason(name: "lost", text: "it is lost, and may show up again")
  static let unanswered = PollReason(
    name: "unanswered", text: "it could not be asked, or brought no usable answer")

  /// - Parameter gap: seconds.
  static func ceiling(_ gap: Double) -> PollReason {
    PollReason(
      name: "ceiling",
      text: "no job is left alone for longer than \(Duration.seconds(gap).spoken)")
  }

  /// - Parameter gap: seconds.
  static func fixed(_ gap: Double) -> PollReason {
    PollReason(name: "fixed", text: "polling.fixed is \(Duration.seconds(gap).spoken)")
  }

  /// Beside the others: a call costs so many seconds of latency, more than the user says.
  static func quotaShort(price: Double) -> PollReason {
    PollReason(
      name: "quota_short",
      text: "the call price is \(Duration.seconds(price).spoken): the quota is short")
  }
}
