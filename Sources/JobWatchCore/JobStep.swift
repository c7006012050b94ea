/// What follows from an answer. `Job.observe` makes it; the caller commits it whole or not at all.
package struct Decision: Sendable {
  package var job: Job
  package var transition: Transition?
  package var events: [EventDraft] = []
  package var next: NextPoll
  /// What the end of its watch says about how long jobs of its type take.
  package var sample: DurationSample?
}

package enum NextPoll: Hashable, Sendable {
  case after(Duration)
  /// At once, as far as the quota and the endpoint's health allow, because the job had no part in the failure.
  case whenAllowed
  case never
}

extension Job {
  /// Decides what an answer to a query about this job means: the table in `Sources/INTERNALS.md`.
  ///
  /// Pure: the same job, answer, time and context always give the same decision. An answer to a job in a final state
  /// other than lost changes nothing, because it was under way when the end came.
  package func observe(
    _ observation: Observation, evidence: Evidence? = nil, at now: Timestamp, under context: PollContext
  ) -> Decision {
    guard !state.isFinal || state == .lost else { return Decision(job: self, next: .never) }
    var step = JobStep(before: self, job: self, evidence: evidence, now: now, context: context)
    var decision = step.decide(observation)
    decision.sample = DurationSample(from: self, to: decision.job, at: now, offset: context.clockOffset)
    // Its time so far is learned; a later watch counts from here.
    if decision.sample == .censored { decision.job.span.from = decision.job.span.known }
    return decision
  }
}

/// One step of a job's state machine, by one answer.
struct JobStep {
  let before: Job
  /// As the answer leaves it.
  var job: Job
  let evidence: Evidence?
  let now: Timestamp
  let context: PollContext

  /// Words and errors of one job that are told. A service that invents a word per answer must not fill the log.
  static let wordLimit = 16

  mutating func decide(_ observation: Observation) -> Decision {
    switch observation {
    case .seen(let state, let report): seen(state, report)
    case .unrecognised(let report): unrecognised(report)
    case .absent: absent()
    // Asked again later: the call may be forbidden for this job alone, and if this job were always the probe, the
    // service would stay paused for all.
    case .garbled, .unreachable, .busy, .forbidden, .misconfigured: unanswered(observation)
    case .throttled, .refused, .skewed: Decision(job: job, next: .whenAllowed)
    }
  }

  private mutating func seen(_ state: JobState, _ report: JobReport) -> Decision {
    if before.isUnpaid && state != .awaitingPayment { job.paidAt = now }
    note(report)
    job.notices.past = nil
    // A word that is known now was perhaps unknown to an earlier version.
    job.notices.unknownWordSince = nil
    job.reportedWords.removeAll { StatusWord($0) == StatusWord(report.rawStatus) }
    if !state.isFinal && state != .awaitingPayment { extendSpan() }
    var (transition, events): (Transition?, [EventDraft]) = (nil, [])
    if state != before.state {
      enter(state)
      transition = Transition(from: before.state, to: state, rawStatus: report.rawStatus, at: now)
      if before.state == .lost || before.notices.past?.state == .lost {
        events.append(event(.jobFound, previous: before.state))
      }
      events.append(event(EventKind(entering: state), previous: before.state))
    } else if let since = before.recordSince, since > now {
      // By a clock that was ahead: the record is deleted earlier than that.
      job.recordSince = nil
      enter(state)
      job.recordSince = job.recordSince.map { min($0, now) }
    }
    events += tellStuck()
    return Decision(job: job, transition: transition, events: events, next: state.isFinal ? .never : planned)
  }

  /// The record exists, whatever it says: a sighting, and no state.
  private mutating func unrecognised(_ report: JobReport) -> Decision {
    let word = report.rawStatus
    if before.report.map({ StatusWord($0.rawStatus) }) != StatusWord(word) { job.notices.unknownWordSince = now }
    note(report)
    if job.state != .awaitingPayment { extendSpan() }
    var events: [EventDraft] = []
    if !job.hasReported(word), job.reportedWords.count < Self.wordLimit {
      job.reportedWords.append(word)
      events = [event(.jobUnrecognised)]
    }
    return Decision(job: job, events: events, next: planned)
  }

  private mutating func note(_ report: JobReport) {
    (job.report, job.absence, job.lastSeenAt) = (report, nil, now)
    job.firstSeenAt = job.firstSeenAt ?? now
  }

  private mutating func extendSpan() {
    let age = Job.knownAge(job.age(at: now, offset: context.clockOffset))
    guard job.paidAt == nil else { return job.span = WatchedSpan(known: age) }
    if before.firstSeenAt == nil {
      // Who starts a job names it within seconds. A job that is submitted later was perhaps found running.
      let submitted = job.age(at: job.submittedAt, offset: context.clockOffset)
      job.span.from = submitted > 10 ? submitted : 0
    }
    job.span.known = max(age, job.span.from)
  }

  /// Moves to `state` and starts the time for which its record is kept, as early as it can have begun. Where the record
  /// names no readable end, that is the last time before this answer that the cloud vouched for the job.
  mutating func enter(_ state: JobState) {
    func local(_ time: CloudTime?) -> Timestamp? { time?.instant.map { $0 - context.clockOffset } }
    job.state = state
    job.endedAt = state.isFinal ? now : nil
    switch state {
    case .succeeded, .failed:
      job.recordSince = min(local(job.report?.end) ?? before.lastVouchedAt, now)
    case .awaitingPayment:
      let submitted = job.submittedAt
      job.recordSince = min(local(job.report?.begin) ?? submitted, submitted, job.recordSince ?? submitted)
    default: job.recordSince = nil
    }
  }

  /// Tells, once, that a job at work has not ended at an age at which nearly all jobs of its type have, or which a user
  /// set. A job that had to be paid first is left out, because its age cannot be compared.
  private mutating func tellStuck() -> [EventDraft] {
    let age = job.age(at: now, offset: context.clockOffset)
    guard !job.state.isFinal, job.state != .awaitingPayment, job.paidAt == nil,
      job.notices.stuckAt == nil, context.isStuck(at: age)
    else { return [] }
    job.notices.stuckAt = now
    var event = event(.jobStuck)
    let begun = job.begunAt(offset: context.clockOffset)
    let head = "\(job.title) has not ended after \((now - begun).spoken)"
    if let learned = context.stuckAge, age >= learned.seconds {
      let jobs = job.jobType == nil ? "\(job.key.service) jobs" : "jobs of its type"
      event.data.expectedBy = begun + learned
      event.data.summary =
        "\(head); 999 of 1000 \(jobs) in \(job.region) end within \(learned.spoken) "
        + "(\(context.completions) known)"
    } else if let limit = context.policies.polling.stuckAfter {
      event.data.expectedBy = begun + limit
      event.data.summary = "\(head), longer than stuck_after (\(limit.spoken))"
    }
    return [event]
  }

  func event(_ kind: EventKind, previous: JobState? = nil) -> EventDraft {
    EventDraft(kind, of: job, at: now, previous: previous, evidence: evidence, under: context.policies.retention)
  }

  private var planned: NextPoll { .after(job.pollGap(at: now, under: context)) }

  /// A lost job is looked for until even a record that ended right after its last sighting would be gone.
  var nextLook: NextPoll {
    let ceiling = context.policies.pollCeiling
    let deletion = job.lastVouchedAt + context.policies.retention.assumed
    return now + ceiling <= deletion ? .after(ceiling) : .never
  }
}
