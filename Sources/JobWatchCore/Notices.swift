/// What a job's row keeps as JSON: which notices were told, and how its last watch ended. A *watch* is the time from a
/// job's registration to its final state.
package struct Notices: Hashable, Sendable, Codable {
  package struct Told: Hashable, Sendable, Codable {
    /// When the record is deleted.
    package var deadline: Timestamp
    /// The smallest lead that was told, in milliseconds before the deadline.
    package var lead: Int64
  }

  /// Before a record is deleted (finished or unpaid).
  package var expiring: Told?
  /// Before an end could be missed.
  package var atRisk: Told?
  /// The longest expectation, in milliseconds, that it was told to have missed. A submitter who expects a later end
  /// after that is told again.
  package var late: Int64?
  package var stuckAt: Timestamp?
  /// Since when its status has been the present word, one that is not known.
  package var unknownWordSince: Timestamp?
  /// How its last watch ended, if the cloud told no end; nil once the job is sighted.
  package var past: PastWatch?
}

/// A deadline with the times before it at which it is told.
private struct Countdown {
  var deadline: Timestamp
  /// Longest first.
  var leads: [Duration]

  /// The most urgent lead whose time has come, unless it was told. Nil once the deadline is over, because then the
  /// record is gone, and the polls say so.
  func due(at now: Timestamp, told: Notices.Told?) -> Notices.Told? {
    guard now < deadline, let lead = leads.last(where: { now >= deadline - $0 }) else { return nil }
    if let told, told.deadline == deadline, lead.milliseconds >= told.lead { return nil }
    return Notices.Told(deadline: deadline, lead: lead.milliseconds)
  }

  /// When the next notice falls due: `now` while one is due and not told; nil when none is left.
  func next(after now: Timestamp, told: Notices.Told?) -> Timestamp? {
    if due(at: now, told: told) != nil { return now }
    return leads.map { deadline - $0 }.filter { $0 > now }.min()
  }
}

/// When a job's notices fall due: its record is about to be deleted, its end could be missed, it is late.
package struct NoticeSchedule {
  /// Remembers what was told.
  package private(set) var job: Job
  private let policies: Policies

  /// Between the expected end and the notice: time for the poll at the expected end, and for its answer.
  private static let lateGrace = Duration.seconds(30)

  package init(of job: Job, under policies: Policies) {
    (self.job, self.policies) = (job, policies)
  }

  /// When a notice falls due; nil: never, as long as the job does not change. A notice that is due and was not told
  /// makes it `now`: a daemon that was down polls first, and must not plan past what it owes. A sighting only moves
  /// this time back: a stored one comes too early, never too late.
  package func next(after now: Timestamp) -> Timestamp? {
    [
      expiry?.next(after: now, told: job.notices.expiring), risk?.next(after: now, told: job.notices.atRisk),
      lateAt.map { max($0, now) },
    ].compactMap(\.self).min()
  }

  /// The notices that are due at `now`: at most one per kind, the most urgent.
  /// - Parameter gaps: what kept jobwatch from seeing the job since it was last seen.
  package mutating func take(at now: Timestamp, gaps: [BlindGap] = []) -> [EventDraft] {
    var events: [EventDraft] = []
    if let told = expiry?.due(at: now, told: job.notices.expiring) {
      job.notices.expiring = told
      var event = event(.jobExpiring, at: now)
      event.data.captured = job.state.isConfirmedEnd
      event.data.expiresAt = told.deadline
      events.append(event)
    }
    if let told = risk?.due(at: now, told: job.notices.atRisk) {
      job.notices.atRisk = told
      var event = event(.jobAtRisk, at: now)
      event.data.expiresAt = told.deadline
      event.data.blindGap = BlindGap(from: job.lastVouchedAt, to: now, of: gaps, otherwise: "no answer showed the job")
      events.append(event)
    }
    if let lateAt, lateAt <= now {
      job.notices.late = job.hint.expectWithin?.milliseconds
      events.append(lateEvent(at: now, gaps))
    }
    return events
  }

  private var expiry: Countdown? {
    job.expiresAt(under: policies.retention).map {
      Countdown(deadline: $0, leads: job.state == .awaitingPayment ? policies.expiry.unpaid : policies.expiry.finished)
    }
  }

  /// A job not seen ended may have ended right after its last sighting, and its record be deleted unseen.
  private var risk: Countdown? {
    guard !job.state.isFinal, let window = policies.retention.finished else { return nil }
    return Countdown(deadline: job.lastVouchedAt + window, leads: policies.expiry.atRisk)
  }

  /// When it is told to be late, unless its end is known by then; nil: never, or it was.
  private var lateAt: Timestamp? {
    job.state.isFinal || job.isToldLate ? nil : job.expectedBy.map { $0 + Self.lateGrace }
  }

  /// Says what is known: that it was seen after its expected end, or why nobody saw it since.
  private func lateEvent(at now: Timestamp, _ gaps: [BlindGap]) -> EventDraft {
    var event = event(.jobLate, at: now)
    event.data.expectedBy = job.expectedBy
    let time = job.hint.expectWithin?.spoken ?? ""
    // The clouds tell their time in seconds: the poll at the expected end may come a moment early.
    if let seen = job.lastSeenAt, let expected = job.expectedBy, seen > expected - .seconds(1) {
      let word = job.report?.rawStatus ?? ""
      event.data.summary =
        "\(job.title) has not ended within \(time): it was still "
        + "\(word.isEmpty ? job.state.rawValue : word) when last seen \((now - seen).spoken) ago"
      return event
    }
    let gap = BlindGap(
      from: job.lastVouchedAt, to: now, of: gaps,
      otherwise: job.absence == nil ? "no answer has told of it" : "the service answers that it knows no such job")
    event.data.blindGap = gap
    let sight = job.lastSeenAt.map { "it was not seen since \($0)" } ?? "it was never seen"
    event.data.summary = "\(job.title) is not known to have ended within \(time): \(sight), because \(gap.cause)"
    return event
  }

  private func event(_ kind: EventKind, at now: Timestamp) -> EventDraft {
    EventDraft(kind, of: job, at: now, under: policies.retention)
  }
}

extension Policies {
  /// When a job that was sighted at `now`, and had not ended, is first told to be at risk, if it is not sighted again.
  package func firstRiskNotice(after now: Timestamp) -> Timestamp? {
    guard let window = retention.finished, let lead = expiry.atRisk.first else { return nil }
    return now + max(window - lead, .zero)
  }
}

extension Job {
  /// When the cloud deletes its record, as far as the service's documents say.
  package func expiresAt(under retention: RetentionPolicy) -> Timestamp? {
    guard let since = recordSince else { return nil }
    switch state {
    case .succeeded, .failed: return retention.finished.map { since + $0 }
    case .awaitingPayment: return retention.unpaid.map { since + $0 }
    default: return nil
    }
  }

  /// When its submitter expects its end at the latest, by the local clock.
  ///
  /// A running job's age at its last sighting gives its begin, because it was reckoned with the cloud's clock of then.
  package var expectedBy: Timestamp? {
    guard let within = hint.expectWithin else { return nil }
    guard let lastSeenAt, span.known > 0, !state.isFinal, state != .awaitingPayment else {
      return begunAt(offset: .zero) + within
    }
    return lastSeenAt - .milliseconds(Int64((1000 * span.known).rounded())) + within
  }

  /// Whether it was told to have missed the time that is expected of it, or a longer one.
  package var isToldLate: Bool {
    guard let expectation = hint.expectWithin, let told = notices.late else { return false }
    return expectation.milliseconds <= told
  }
}
