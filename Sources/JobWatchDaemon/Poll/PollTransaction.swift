import JobWatchCore
import JobWatchStore
import PollPlanning

/// One answer on its way into the database: reads the job's row, decides, and writes what follows, all inside the
/// one transaction, never from a copy that was made before the call.
struct PollTransaction: Sendable {
  /// As it was in the schedule when the call was made.
  var poll: ScheduledPoll
  /// Where it was asked for.
  var projectID: String
  var answer: Answer
  var at: Timestamp
  var context: PollContext
  var routes: RouteTable
  /// What the answer changed beyond the job.
  var changes: [ConditionChange]
  /// What the job teaches when it ends, and what is known of that before.
  var key: DurationKey
  var model: DurationModel

  func commit(_ transaction: Transaction) throws -> PollOutcome {
    for change in changes { try transaction.apply(change, routes: routes) }
    if let outcome = try sightAgain(transaction) { return outcome }
    guard let job = try transaction.job(poll.job) else {
      return PollOutcome(next: .never, isFinal: true)
    }
    var context = context
    if case .absent = answer.observation, job.mayBeGone(under: context.policies.absence) {
      context.gaps = try transaction.gaps(of: job.key.endpoint, from: job.lastVouchedAt, to: at)
    }
    let decision = job.observe(
      answer.observation, evidence: answer.evidence, at: at, under: context)
    let isFinal = decision.job.state.isFinal
    var outcome = PollOutcome(
      next: decision.next, isFinal: isFinal,
      isShown: isFinal || decision.job.lastSeenAt != nil)
    if answer.observation.isSighting || decision.sample != nil {
      let (job, age) = (decision.job, decision.job.span.known)
      outcome.sighting = .init(
        span: job.span, isWatched: job.isWatched,
        deadline: job.deadline(after: age, under: context.policies.polling))
    }
    guard decision.job != job else {
      // Nothing else about it has changed: a lost job may be no longer looked for, and one that is never answered is not
      // overdue for that.
      switch decision.next {
      case .never: try transaction.endPolls(of: job.id)
      case .after(let gap): try transaction.setDue(job.id, at: at + gap)
      case .whenAllowed: break
      }
      return outcome
    }
    var changed = decision.job
    // Its account's project was not known when it was registered: from now on it is bound to this one.
    if changed.projectID.isEmpty { changed.projectID = projectID }
    try transaction.save(
      changed, bodyHash: bodyHash, dueAt: dueAt(decision.next),
      noticeAt: NoticeSchedule(of: decision.job, under: context.policies).next(after: at))
    if let transition = decision.transition {
      try transaction.record(transition, evidence: answer.evidence, of: job.id)
    }
    for event in decision.events {
      try transaction.append(event, of: job.id, to: routes.channels(for: event))
    }
    if let sample = decision.sample {
      outcome.learned = try learn(sample, from: job, to: changed, transaction)
    }
    return outcome
  }

  /// Adds to what is on record, which another job may have changed since the call.
  private func learn(
    _ sample: DurationSample, from job: Job, to ended: Job, _ transaction: Transaction
  ) throws
    -> DurationModel
  {
    let stored = try transaction.learned(key)
    var model = model
    if let stored { model.recall(stored.model) }
    model.learn(sample, of: job.span)
    var tally = stored?.tally ?? DurationTally()
    if case .ended(let end) = sample {
      tally.count(
        end, polls: try transaction.polls(of: job.id),
        age: ended.age(at: at, offset: context.clockOffset))
    }
    try transaction.save(
      Transaction.Learned(key: key, model: model.bytes, tally: tally, taughtAt: at))
    return model
  }

  /// The common case, a running job that still says what it said: one small update and no row read.
  private func sightAgain(_ transaction: Transaction) throws -> PollOutcome? {
    guard let bodyHash,
      let sighting = RepeatedSighting(
        answer.observation, jitterSeed: poll.jitterSeed, at: at, under: context),
      let from = try transaction.sight(
        poll.job, bodyHash: bodyHash, knownAge: sighting.age, at: at, dueAt: at + sighting.gap,
        noticeAt: context.policies.firstRiskNotice(after: at))
    else { return nil }
    return PollOutcome(
      next: .after(sighting.gap), isFinal: false,
      sighting: .init(
        span: WatchedSpan(from: from, known: sighting.age), isWatched: true,
        deadline: sighting.deadline))
  }

  private func dueAt(_ next: NextPoll) -> Timestamp? {
    switch next {
    case .after(let gap): at + gap
    case .whenAllowed: at
    case .never: nil
    }
  }

  /// Names the body and what was made of it, so that an unchanged one is recognised without decoding what was stored;
  /// a later version that knows one more word does not take it for unchanged.
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
