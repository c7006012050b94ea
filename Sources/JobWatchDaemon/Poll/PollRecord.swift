import JobWatchCore
import JobWatchStore

/// One answer on its way into the database: reads the job's row, decides, and writes what follows, all inside the
/// one transaction, never from a copy that was made before the call.
struct PollRecord: Sendable {
  var job: Int64
  var jobID: String
  /// Where it was asked for.
  var projectID: String
  var answer: Answer
  var at: Timestamp
  var rules: WatchRules
  var routes: RouteTable
  /// What the answer changed beyond the job.
  var changes: [HealthChange]

  /// What the schedule needs to know of the decision.
  struct Outcome: Sendable {
    var next: NextPoll
    /// The job has ended, as far as is known; a lost one may still be looked for.
    var isFinal: Bool
  }

  func commit(_ ledger: Ledger) throws -> Outcome {
    for change in changes { try change.commit(ledger, routes: routes) }
    if let next = try sightAgain(ledger) { return Outcome(next: next, isFinal: false) }
    guard let job = try ledger.job(job) else { return Outcome(next: .never, isFinal: true) }
    let decision = job.observe(
      answer.observation, evidence: answer.evidence, at: at, under: rules)
    let outcome = Outcome(next: decision.next, isFinal: decision.job.state.isFinal)
    guard decision.job != job else {
      // A lost job that is no longer looked for: nothing else about it has changed.
      if decision.next == .never { try ledger.endPolls(of: job.id) }
      return outcome
    }
    var changed = decision.job
    // Its account's project was not known when it was registered: from now on it is bound to this one.
    if changed.projectID.isEmpty { changed.projectID = projectID }
    try ledger.save(
      changed, bodyHash: bodyHash, dueAt: dueAt(decision.next),
      noticeAt: decision.job.nextNotice(after: at, under: rules))
    if let transition = decision.transition {
      try ledger.record(transition, evidence: answer.evidence, of: job.id)
    }
    for event in decision.events {
      try ledger.append(event, of: job.id, to: routes.channels(for: event))
    }
    return outcome
  }

  /// The common case, a running job that still says what it said: one small update and no row read. It must come
  /// to what `Job.observe` would decide; a test holds the two together.
  private func sightAgain(_ ledger: Ledger) throws -> NextPoll? {
    guard case .seen(let state, let report) = answer.observation, !state.isFinal, let bodyHash,
      let begin = report.begin?.instant
    else { return nil }
    let gap = rules.pollGap(jobID: jobID, begun: begin - rules.clockOffset, at: at)
    let isSame = try ledger.sight(
      job, bodyHash: bodyHash, at: at, dueAt: at + gap, noticeAt: rules.firstRiskNotice(after: at))
    return isSame ? .after(gap) : nil
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
