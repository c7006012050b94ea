/// Which of a job's notices were told. Of those of an expiry: per kind the deadline it was about and the smallest lead.
package struct Notices: Hashable, Sendable, Codable {
  package struct Told: Hashable, Sendable, Codable {
    package var deadline: Timestamp
    /// In milliseconds before the deadline.
    package var lead: Int64

    package init(deadline: Timestamp, lead: Int64) {
      self.deadline = deadline
      self.lead = lead
    }
  }

  /// Before a record is deleted (finished or unpaid).
  package var expiring: Told?
  /// Before an end could be missed.
  package var atRisk: Told?
  /// The longest expectation, in milliseconds, that it was told to have missed: a submitter who then expects a later end
  /// is told again.
  package var late: Int64?
  /// When it was told to be stuck.
  package var stuckAt: Timestamp?
  /// Since when the job has said the word that it says now, one that is not known.
  package var unknownWordSince: Timestamp?
  /// How its last watch ended, without an end of which the cloud told; nil once it is sighted.
  package var past: PastWatch?

  package init(
    expiring: Told? = nil, atRisk: Told? = nil, late: Int64? = nil, stuckAt: Timestamp? = nil,
    past: PastWatch? = nil
  ) {
    self.expiring = expiring
    self.atRisk = atRisk
    self.late = late
    self.stuckAt = stuckAt
    self.past = past
  }
}

/// A deadline with the times before it at which it is told.
struct Countdown {
  var deadline: Timestamp
  /// Longest first.
  var leads: [Duration]

  /// The lead to tell now: of those whose time has come the most urgent, unless it was told already. Nothing
  /// once the deadline is over: then the record is gone, and the polls say so.
  func due(at now: Timestamp, told: Notices.Told?) -> Duration? {
    guard now < deadline, let lead = leads.last(where: { now >= deadline - $0 }) else { return nil }
    guard let told, told.deadline == deadline else { return lead }
    return lead.milliseconds < told.lead ? lead : nil
  }

  /// When the next notice falls due: `now` while one is due and not told; nil when none is left.
  func next(after now: Timestamp, told: Notices.Told?) -> Timestamp? {
    if due(at: now, told: told) != nil { return now }
    return leads.map { deadline - $0 }.filter { $0 > now }.min()
  }
}

extension Job {
  /// When the cloud deletes this job's record, as far as its documents say.
  package func expiresAt(under retention: RetentionPolicy) -> Timestamp? {
    guard let since = recordSince else { return nil }
    switch state {
    case .succeeded, .failed: return retention.finished.map { since + $0 }
    case .awaitingPayment: return retention.unpaid.map { since + $0 }
    default: return nil
    }
  }

  /// The notices that are due at `now`, and the job that remembers them. At most one per kind: a daemon that
  /// comes back late tells only the most urgent.
  package func notices(at now: Timestamp, under rules: WatchRules) -> (
    job: Job, events: [EventDraft]
  ) {
    var job = self
    var events: [EventDraft] = []
    if let countdown = expiryCountdown(under: rules),
      let lead = countdown.due(at: now, told: notices.expiring)
    {
      job.notices.expiring = .init(deadline: countdown.deadline, lead: lead.milliseconds)
      events.append(expiringEvent(countdown.deadline, at: now, rules))
    }
    if let countdown = riskCountdown(under: rules),
      let lead = countdown.due(at: now, told: notices.atRisk)
    {
      job.notices.atRisk = .init(deadline: countdown.deadline, lead: lead.milliseconds)
      events.append(atRiskEvent(countdown.deadline, at: now, rules))
    }
    if let lateAt, lateAt <= now {
      job.notices.late = hint.expectWithin?.milliseconds
      events.append(lateEvent(at: now, rules))
    }
    return (job, events)
  }

  /// When `notices` is worth asking again; nil: never, as long as the job does not change. A notice that is due
  /// at `now` and was not told makes it `now`: a daemon that was down polls before it tells, and must not
  /// plan past what it owes. A sighting only moves this time back, so one that was stored earlier comes too early, never too late.
  package func nextNotice(after now: Timestamp, under rules: WatchRules) -> Timestamp? {
    [
      expiryCountdown(under: rules)?.next(after: now, told: notices.expiring),
      riskCountdown(under: rules)?.next(after: now, told: notices.atRisk),
      lateAt.map { max($0, now) },
    ].compactMap(\.self).min()
  }

  private func expiryCountdown(under rules: WatchRules) -> Countdown? {
    guard let deadline = expiresAt(under: rules.retention) else { return nil }
    let leads = state == .awaitingPayment ? rules.expiry.unpaid : rules.expiry.finished
    return Countdown(deadline: deadline, leads: leads)
  }

  /// A job not seen ended may have ended right after its last sighting, and its record be deleted unseen.
  private func riskCountdown(under rules: WatchRules) -> Countdown? {
    guard !state.isFinal, let window = rules.retention.finished else { return nil }
    return Countdown(deadline: lastVouchedAt + window, leads: rules.expiry.atRisk)
  }

  private func expiringEvent(_ deadline: Timestamp, at now: Timestamp, _ rules: WatchRules)
    -> EventDraft
  {
    var event = event(.jobExpiring, at: now, previous: nil, evidence: nil, rules)
    event.data.captured = state.isConfirmedEnd
    event.data.expiresAt = deadline
    return event
  }

  private func atRiskEvent(_ deadline: Timestamp, at now: Timestamp, _ rules: WatchRules)
    -> EventDraft
  {
    var event = event(.jobAtRisk, at: now, previous: nil, evidence: nil, rules)
    event.data.expiresAt = deadline
    event.data.blindGap = rules.blindGap(
      from: lastVouchedAt, to: now, otherwise: "the job was not asked for")
    return event
  }
}

extension WatchRules {
  /// When a job that was sighted at `now`, and did not end, is first told to be at risk, if it is not sighted again.
  package func firstRiskNotice(after now: Timestamp) -> Timestamp? {
    guard let window = retention.finished, let lead = expiry.atRisk.first else { return nil }
    return now + max(window - lead, .zero)
  }
}
