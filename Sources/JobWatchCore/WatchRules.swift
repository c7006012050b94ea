/// What a decision about one job takes beside the job, the answer and the time.
package struct WatchRules: Sendable {
  package var polling: PollPolicy
  /// How long the job is left alone while it runs.
  package var pace: PollPace
  /// The age that hardly one job of this type in a thousand reaches; nil while too few are known to say.
  package var stuckAge: Duration?
  /// How many ended jobs `stuckAge` was learned from.
  package var endsKnown: Int
  package var absence: AbsencePolicy
  package var retention: RetentionPolicy
  package var expiry: ExpiryPolicy
  /// The cloud's clock minus ours.
  package var clockOffset: Duration
  /// Most jobs of this (account, service) are absent at once: no verdict is given on any of them.
  package var verdictsHeld: Bool
  /// Absences that were seen until then count for nothing.
  package var absencesCountFrom: Timestamp?
  /// When the clock was last set, by the one that holds since: how long before that anything was is not known.
  package var clockSetAt: Timestamp?
  /// Polls of this job in a row that brought no usable answer, this one not counted.
  package var failuresBefore: Int
  /// The service answers for others while it has no usable answer for this job.
  package var isAlone: Bool
  /// What kept jobwatch from seeing the job since it was last seen.
  package var gaps: [BlindGap]

  package init(
    polling: PollPolicy = PollPolicy(), pace: PollPace = .unlearned,
    stuckAge: Duration? = nil, endsKnown: Int = 0, absence: AbsencePolicy = AbsencePolicy(),
    retention: RetentionPolicy = RetentionPolicy(), expiry: ExpiryPolicy = ExpiryPolicy(),
    clockOffset: Duration = .zero, verdictsHeld: Bool = false,
    absencesCountFrom: Timestamp? = nil, clockSetAt: Timestamp? = nil, failuresBefore: Int = 0,
    isAlone: Bool = false, gaps: [BlindGap] = []
  ) {
    self.polling = polling
    self.pace = pace
    self.stuckAge = stuckAge
    self.endsKnown = endsKnown
    self.absence = absence
    self.retention = retention
    self.expiry = expiry
    self.clockOffset = clockOffset
    self.verdictsHeld = verdictsHeld
    self.absencesCountFrom = absencesCountFrom
    self.clockSetAt = clockSetAt
    self.failuresBefore = failuresBefore
    self.isAlone = isAlone
    self.gaps = gaps
  }

  /// The blind gap between two times, with the cause that lasted longest in between.
  func blindGap(from: Timestamp, to: Timestamp, otherwise: String) -> BlindGap {
    let overlapping = gaps.map { (gap: $0, overlap: min($0.to, to) - max($0.from, from)) }
      .filter { $0.overlap > .zero }
    let cause = overlapping.max { $0.overlap < $1.overlap }?.gap.cause
    return BlindGap(from: from, to: to, cause: cause ?? otherwise)
  }
}

/// What follows from an answer. `Job.observe` makes it; the caller commits it whole or not at all.
package struct Decision: Sendable {
  package var job: Job
  package var transition: Transition?
  package var events: [EventDraft]
  package var next: NextPoll
  /// What the end of its watch teaches.
  package var sample: DurationSample?

  package init(job: Job, transition: Transition? = nil, events: [EventDraft] = [], next: NextPoll) {
    self.job = job
    self.transition = transition
    self.events = events
    self.next = next
  }
}

/// When the job is asked for again.
package enum NextPoll: Hashable, Sendable {
  case after(Duration)
  /// At once, as far as the quota and the endpoint's health allow: the job had no part in the failure.
  case whenAllowed
  case never
}
