extension Job {
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
      return submittedAt + window < since ? .lost : .unknown
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

/// Tells one vanished record from a service that has forgotten everything (a failed-over region, a wrong
/// project behind the same credential): then no verdict is given on any job of the (account, service).
package struct AbsenceLedger: Sendable {
  package enum Change: Hashable, Sendable {
    case massBegan(absent: Int, watched: Int)
    case massEnded
  }

  /// Jobs whose last answer was "no such job", since the last sighting of any.
  private var absent: Set<Int64> = []
  private var massSince: Duration?
  /// When the last mass absence ended with a sighting, or the clock was set. An answer from before that may come right after it, and not all
  /// of a service recovers at once: what was said of a job until then counts for nothing.
  package private(set) var recoveredAt: Timestamp?
  /// The hold ran out; only a sighting makes a new one possible.
  private var exhausted = false

  /// Below this, vanished records are taken one by one.
  private static let fewest = 5

  package init() {}

  package var isMass: Bool { massSince != nil }

  package mutating func absent(
    _ job: Int64, watched: Int, at uptime: Duration, policy: AbsencePolicy
  ) -> Change? {
    absent.insert(job)
    if let since = massSince {
      guard uptime - since >= policy.massHold else { return nil }
      massSince = nil
      exhausted = true
      return .massEnded
    }
    guard !exhausted, absent.count >= Self.fewest, absent.count * 2 >= watched else { return nil }
    massSince = uptime
    return .massBegan(absent: absent.count, watched: watched)
  }

  /// A mass absence that a restart finds on record goes on: no verdict is given on what the first answers say.
  /// - Parameter since: its start, before the present uptime.
  package mutating func resumeMass(since: Duration) { massSince = since }

  /// The clock was set: how long a job has been absent is no longer known, and is counted anew.
  package mutating func clockWasSet(at now: Timestamp) { recoveredAt = now }

  /// A verdict was given on the job: it counts no more.
  package mutating func forget(_ job: Int64) { absent.remove(job) }

  /// Any sighting shows that the service still knows jobs.
  package mutating func sighted(at now: Timestamp) -> Change? {
    absent.removeAll()
    exhausted = false
    guard massSince != nil else { return nil }
    massSince = nil
    recoveredAt = now
    return .massEnded
  }
}
