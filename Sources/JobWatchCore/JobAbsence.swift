extension Job {
  /// Whether one more "no such job" may be the last that a verdict needs.
  package func mayBeGone(under rules: WatchRules) -> Bool {
    state != .lost && (absence?.answers ?? 0) + 1 >= rules.absence.answers
  }

  /// "No such job": counted, asked again, and believed only after enough answers over enough time.
  func absent(_ evidence: Evidence?, at now: Timestamp, under rules: WatchRules) -> Decision {
    if state == .lost { return Decision(job: self, next: stillLost(at: now, under: rules)) }
    var job = self
    var absence = absence ?? Absence(answers: 0, since: now)
    // One that is still to come was seen by a clock that was ahead.
    if absence.since > now || rules.absencesCountFrom.map({ absence.since <= $0 }) == true {
      absence = Absence(answers: 0, since: now)
    }
    absence.answers += 1
    job.absence = absence
    let believed =
      absence.answers >= rules.absence.answers && now - absence.since >= rules.absence.over
    if believed && !rules.verdictsHeld {
      return job.gone(since: absence.since, evidence, at: now, under: rules)
    }
    let gap = absence.nextQuestion(isSeen: firstSeenAt != nil, at: now, under: rules.absence)
    return Decision(job: job, next: .after(max(gap, min(rules.polling.floor, rules.pollCeiling))))
  }

  /// What the vanished record makes of the job. Only what can be known is claimed.
  private func gone(
    since: Timestamp, _ evidence: Evidence?, at now: Timestamp, under rules: WatchRules
  ) -> Decision {
    // A verdict that was given before stands on the same misses: only a sighting takes it back.
    let past = unsightedPast
    let since = past.map { $0.state == .forgotten ? since : min($0.missedAt, since) } ?? since
    let verdict = past?.state == .lapsed ? JobState.lapsed : verdict(since: since, under: rules)
    var job = self
    job.enter(verdict, since: lastVouchedAt, at: now, under: rules)
    job.absence = nil
    job.notices.past = PastWatch(
      state: verdict, seen: state == .registered ? past?.seen ?? state : state, missedAt: since)
    var event = job.event(
      EventKind(entering: verdict), at: now, previous: state, evidence: evidence, rules)
    if verdict != .unknown {
      event.data.blindGap = rules.blindGap(
        from: lastVouchedAt, to: since,
        otherwise: past?.state == .forgotten
          ? "the job was off the list"
          : unknownWord?.cause ?? "no poll was due between the last sighting and the first miss")
    }
    if verdict == .lost, let unknownWord {
      (event.data.cause, event.data.cure) = (unknownWord.cause, UnknownWord.cure)
    }
    return Decision(
      job: job,
      transition: Transition(from: state, to: verdict, rawStatus: report?.rawStatus, at: now),
      events: [event],
      next: verdict == .lost ? job.stillLost(at: now, under: rules) : .never)
  }

  private func verdict(since: Timestamp, under rules: WatchRules) -> JobState {
    let window = rules.retention.finished ?? Self.assumedWindow
    if firstSeenAt == nil {
      // What a clock that was behind called the submission may have been a moment ago.
      let submitted = max(submittedAt, rules.clockSetAt ?? submittedAt)
      return submitted + window < since ? .lost : .unknown
    }
    // Had it been paid and ended, its record would have stayed for `window` after the last sighting.
    if state == .awaitingPayment, let unpaid = rules.retention.unpaid, let start = recordSince,
      since - lastVouchedAt <= window, since >= start + unpaid
    {
      return .lapsed
    }
    return .lost
  }

  /// A lost job is looked for until even a record that ended right after its last sighting would be gone.
  func stillLost(at now: Timestamp, under rules: WatchRules) -> NextPoll {
    let window = rules.retention.finished ?? Self.assumedWindow
    let ceiling = rules.pollCeiling
    return now + ceiling <= lastVouchedAt + window ? .after(ceiling) : .never
  }

  /// For services that document no retention: the one that is documented for ECS.
  private static let assumedWindow = Duration.days(1)
}
