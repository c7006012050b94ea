import JobWatchCore
import JobWatchStore
import PollPlanning

/// What came about in the poller and is not on record yet.
enum Unstored: Sendable {
  case change(ConditionChange)
  case answer(ArrivedAnswer)

  /// What came of an answer. Throws where nothing can be stored.
  func store(
    _ transaction: Transaction, _ routes: RouteTable
  ) throws -> (answer: ArrivedAnswer, outcome: Result<PollOutcome, any Error>)? {
    switch self {
    case .change(let change):
      try transaction.apply(change, routes: routes)
      return nil
    case .answer(let answer): return (answer, try transaction.attempt { try answer.transaction.commit(transaction) })
    }
  }
}

/// An answer that is not stored yet, with what its storing takes.
struct ArrivedAnswer: Sendable {
  var call: PollCall
  var target: JobTable.PollTarget
  var now: Moment
  var knowledge: PollQueue.TypeKnowledge
  var transaction: PollTransaction
}

/// Stores one answer: reads the job's row, decides, and writes what follows, all in one transaction. It never decides on a
/// copy from before the call.
struct PollTransaction: Sendable {
  /// As it was in the queue when the call was made.
  var poll: ScheduledPoll
  /// Where it was asked for.
  var projectID: String
  var answer: Answer
  var at: Timestamp
  var context: PollContext
  var routes: RouteTable
  /// What the job teaches when it ends, and what is known of that before.
  var key: DurationKey
  var model: DurationModel

  func commit(_ transaction: Transaction) throws -> PollOutcome {
    if let outcome = try sightAgain(transaction) { return outcome }
    guard let job = try transaction.jobs.find(poll.job) else { return PollOutcome(next: .never, isFinal: true) }
    var context = context
    if case .absent = answer.observation, job.mayBeGone(under: context.policies.absence) {
      context.gaps = try transaction.conditions.gaps(of: job.key.endpoint, from: job.lastVouchedAt, to: at)
    }
    let decision = job.observe(answer.observation, evidence: answer.evidence, at: at, under: context)
    var outcome = outcome(of: decision, context)
    guard decision.job != job else {
      // A lost job may be no longer looked for, and one without an answer is not overdue.
      switch decision.next {
      case .never: try transaction.jobs.setDue(job.id, at: nil)
      case .after(let gap): try transaction.jobs.setDue(job.id, at: at + gap)
      case .whenAllowed: break
      }
      return outcome
    }
    var changed = decision.job
    // A job that was registered before its account's project was known is bound to this one from now on.
    if changed.projectID.isEmpty { changed.projectID = projectID }
    try transaction.jobs.save(
      changed, bodyHash: bodyHash, dueAt: dueAt(decision.next),
      noticeAt: NoticeSchedule(of: decision.job, under: context.policies).next(after: at))
    if let transition = decision.transition {
      try transaction.history.record(transition, evidence: answer.evidence, of: job.id)
    }
    for event in decision.events { try transaction.append(event, of: job.id, to: routes.channels(for: event)) }
    if let sample = decision.sample { outcome.learned = try learn(sample, from: job, to: changed, transaction) }
    return outcome
  }

  private func outcome(of decision: Decision, _ context: PollContext) -> PollOutcome {
    let job = decision.job
    var outcome = PollOutcome(
      next: decision.next, isFinal: job.state.isFinal, isShown: job.state.isFinal || job.lastSeenAt != nil)
    if answer.observation.isSighting || decision.sample != nil {
      (outcome.span, outcome.isWatched) = (job.span, job.isWatched)
      outcome.deadline = job.deadline(after: job.span.known, under: context.policies.polling)
    }
    return outcome
  }

  /// Adds to what is on record, which another job may have changed since the call.
  private func learn(
    _ sample: DurationSample, from job: Job, to ended: Job, _ transaction: Transaction
  ) throws -> DurationModel {
    let stored = try transaction.durations.find(key)
    var model = model
    let isReadable = stored.map { model.recall($0.model) } ?? true
    model.learn(sample, of: job.span)
    var tally = stored?.tally ?? .zero
    if case .ended(let end) = sample {
      tally.count(
        end, polls: try transaction.jobs.polls(of: job.id), age: ended.age(at: at, offset: context.clockOffset))
    }
    // One that a later version wrote, or that is damaged, is no less on record. The start has said so.
    let bytes = isReadable ? model.bytes : stored?.model ?? model.bytes
    try transaction.durations.save(bytes, tally, of: key, taughtAt: at)
    return model
  }

  /// The common case, a running job that still says what it said: one small update and no row read.
  private func sightAgain(_ transaction: Transaction) throws -> PollOutcome? {
    guard let bodyHash,
      let sighting = RepeatedSighting(answer.observation, jitterSeed: poll.jitterSeed, at: at, under: context),
      let from = try transaction.jobs.sight(
        poll.job, bodyHash: bodyHash, knownAge: sighting.age, at: at, dueAt: at + sighting.gap,
        noticeAt: context.policies.firstRiskNotice(after: at))
    else { return nil }
    return PollOutcome(
      next: .after(sighting.gap), isFinal: false, span: WatchedSpan(from: from, known: sighting.age), isWatched: true,
      deadline: sighting.deadline)
  }

  private func dueAt(_ next: NextPoll) -> Timestamp? {
    switch next {
    case .after(let gap): at + gap
    case .whenAllowed: at
    case .never: nil
    }
  }

  /// Of the body and its meaning, to recognise an unchanged answer without reading what was stored. It differs where a later
  /// version knows one more word.
  private var bodyHash: Int64? {
    let meaning: String
    switch answer.observation {
    case .seen(let state, _): meaning = state.rawValue
    case .unrecognised: meaning = "unrecognised"
    default: return nil
    }
    return answer.evidence.map { evidence in
      var hash = StableHash()
      hash.combine(meaning.utf8)
      hash.combine(evidence.body)
      return Int64(bitPattern: hash.value)
    }
  }
}
