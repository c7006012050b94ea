extension Job {
  /// Decides what an answer to a query about this job means: the table in `Sources/INTERNALS.md`.
  ///
  /// Pure: the same job, answer, time and rules always give the same decision. A job in a final state other
  /// than lost takes no notice: the answer was under way when the end came.
  package func observe(
    _ observation: Observation, evidence: Evidence? = nil, at now: Timestamp,
    under rules: WatchRules
  ) -> Decision {
    guard !state.isFinal || state == .lost else { return Decision(job: self, next: .never) }
    var decision = decide(observation, evidence, at: now, under: rules)
    decision.sample = DurationSample(
      from: self, to: decision.job, at: now, offset: rules.clockOffset)
    if decision.sample == .left { decision.job.span.from = decision.job.span.known }
    return decision
  }

  private func decide(
    _ observation: Observation, _ evidence: Evidence?, at now: Timestamp, under rules: WatchRules
  ) -> Decision {
    switch observation {
    case .seen(let state, let report):
      return sighted(state, report, evidence, at: now, under: rules)
    case .unrecognised(let report):
      return unrecognised(report, evidence, at: now, under: rules)
    case .absent:
      return absent(evidence, at: now, under: rules)
    // What is forbidden or misdirected may be so for this job alone: were it asked for first again, it would be every
    // probe, and keep its service paused for all.
    case .garbled, .unreachable, .busy, .forbidden, .misconfigured:
      return unanswered(observation, evidence, at: now, under: rules)
    case .throttled, .refused, .skewed:
      return Decision(job: self, next: .whenAllowed)
    }
  }

  private func sighted(
    _ newState: JobState, _ report: JobReport, _ evidence: Evidence?, at now: Timestamp,
    under rules: WatchRules
  ) -> Decision {
    var job = self
    if isUnpaid && newState != .awaitingPayment { job.paidAt = now }
    let wasLost = state == .lost || notices.past?.state == .lost
    job.note(report, at: now)
    job.notices.past = nil
    // What is understood now, perhaps since an upgrade, is no unknown word.
    job.notices.unknownWordSince = nil
    if hasReported(report.rawStatus) {
      job.reportedWords.removeAll { StatusWord($0) == StatusWord(report.rawStatus) }
    }
    if !newState.isFinal && newState != .awaitingPayment {
      job.extendSpan(at: now, offset: rules.clockOffset, isFirst: firstSeenAt == nil)
    }
    guard newState != state else {
      // By a clock that was ahead: its record is deleted earlier than that.
      if let since = recordSince, since > now {
        job.recordSince = nil
        job.enter(newState, since: lastVouchedAt, at: now, under: rules)
        job.recordSince = job.recordSince.map { min($0, now) }
      }
      let events = job.tellStuck(evidence, at: now, under: rules)
      return Decision(
        job: job, events: events, next: .after(job.pollGap(at: now, under: rules)))
    }
    job.enter(newState, since: lastVouchedAt, at: now, under: rules)
    var events: [EventDraft] = []
    if wasLost {
      events.append(job.event(.jobFound, at: now, previous: state, evidence: evidence, rules))
    }
    events.append(
      job.event(
        EventKind(entering: newState), at: now, previous: state, evidence: evidence, rules))
    events += job.tellStuck(evidence, at: now, under: rules)
    return Decision(
      job: job,
      transition: Transition(from: state, to: newState, rawStatus: report.rawStatus, at: now),
      events: events,
      next: newState.isFinal ? .never : .after(job.pollGap(at: now, under: rules)))
  }

  /// The record exists, whatever it says: a sighting, but no state.
  private func unrecognised(
    _ report: JobReport, _ evidence: Evidence?, at now: Timestamp, under rules: WatchRules
  ) -> Decision {
    var job = self
    if self.report.map({ StatusWord($0.rawStatus) }) != StatusWord(report.rawStatus) {
      job.notices.unknownWordSince = now
    }
    job.note(report, at: now)
    if state != .awaitingPayment {
      job.extendSpan(at: now, offset: rules.clockOffset, isFirst: firstSeenAt == nil)
    }
    let next = NextPoll.after(job.pollGap(at: now, under: rules))
    guard !hasReported(report.rawStatus), reportedWords.count < Self.wordLimit else {
      return Decision(job: job, next: next)
    }
    job.reportedWords.append(report.rawStatus)
    let event = job.event(.jobUnrecognised, at: now, previous: nil, evidence: evidence, rules)
    return Decision(job: job, events: [event], next: next)
  }

  /// A service that invents a word per answer must not fill the log.
  static let wordLimit = 16

  private mutating func note(_ report: JobReport, at now: Timestamp) {
    self.report = report
    absence = nil
    firstSeenAt = firstSeenAt ?? now
    lastSeenAt = now
  }

  /// Moves to `newState` and starts the clock of its record, at the earliest time that can have started it:
  /// without a readable end that is `vouched`, when the cloud last vouched for the job before this answer.
  mutating func enter(
    _ newState: JobState, since vouched: Timestamp, at now: Timestamp, under rules: WatchRules
  ) {
    state = newState
    endedAt = newState.isFinal ? now : nil
    switch newState {
    case .succeeded, .failed:
      let end = report?.end?.instant.map { $0 - rules.clockOffset }
      recordSince = min(end ?? vouched, now)
    case .awaitingPayment:
      let begin = report?.begin?.instant.map { $0 - rules.clockOffset }
      recordSince = min(begin ?? submittedAt, submittedAt, recordSince ?? submittedAt)
    default:
      recordSince = nil
    }
  }
}
