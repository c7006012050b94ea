/// A run of "no such job" answers that is not believed yet.
package struct Absence: Hashable, Sendable {
  package var answers: Int
  package var since: Timestamp

  package init(answers: Int, since: Timestamp) {
    self.answers = answers
    self.since = since
  }

  /// With one more answer, at `now`. The run begins again where the last one is from `start` or before, or, by a clock
  /// that was ahead, from later than now.
  init(after last: Absence?, at now: Timestamp, countingFrom start: Timestamp?) {
    if let last, last.since <= now, start.map({ last.since > $0 }) ?? true {
      self.init(answers: last.answers + 1, since: last.since)
    } else {
      self.init(answers: 1, since: now)
    }
  }

  func isBelieved(at now: Timestamp, under policy: AbsencePolicy) -> Bool {
    answers >= policy.answers && now - since >= policy.over
  }

  /// How long the job is left alone after "no such job" at `now`: until the next step, each a share of the time that
  /// must pass. After the last step it is asked again soon while answers are missing (after an outage, say), and slowly
  /// while the verdict is held.
  ///
  /// The time decides, and not the number of answers: a poll between two steps moves no other.
  package func gap(isSeen: Bool, at now: Timestamp, under policy: AbsencePolicy) -> Duration {
    let passed = now - since
    let steps = (isSeen ? Self.seenSteps : Self.newSteps).lazy
      .map { policy.over.scaled(by: Double($0) / 120) }
    // A seen job is left alone for an eighth at least, whatever came in between.
    let least = isSeen ? policy.over.scaled(by: 0.125) : .zero
    if let next = steps.first(where: { $0 > passed }) { return max(next - passed, least) }
    return policy.over.scaled(by: answers < policy.answers ? 0.125 : 0.5)
  }

  /// In 120ths of the time that must pass, by default seconds. The API will show most jobs that were never seen within
  /// seconds, because they are new. A record that was seen and is gone hardly comes back.
  private static let (newSteps, seenSteps) = ([1, 2, 5, 10, 20, 40, 75, 120], [30, 75, 120])
}

extension Job {
  /// Whether one more "no such job" may be the last that a verdict needs.
  package func mayBeGone(under policy: AbsencePolicy) -> Bool {
    state != .lost && (absence?.answers ?? 0) + 1 >= policy.answers
  }
}

/// The end that is concluded for a job whose record is gone. It claims only what can be known.
struct AbsenceVerdict {
  /// `lost`, `lapsed` or `unknown`.
  let state: JobState
  /// The first "no such job" that it rests on.
  let missedAt: Timestamp
  /// How the last watch ended, if the job was not sighted since.
  private let past: PastWatch?
  private let job: Job

  init(on job: Job, missedAt first: Timestamp, under context: PollContext) {
    self.job = job
    // A verdict that was given before stands on the same misses: only a sighting takes it back.
    past = job.notices.past.flatMap { past in
      job.lastSeenAt.map { $0 <= past.missedAt } ?? true ? past : nil
    }
    missedAt = past.map { $0.state == .forgotten ? first : min($0.missedAt, first) } ?? first
    state = past?.state == .lapsed ? .lapsed : Self.state(of: job, since: missedAt, under: context)
  }

  private static func state(of job: Job, since: Timestamp, under context: PollContext) -> JobState {
    let retention = context.policies.retention
    if job.firstSeenAt == nil {
      // What a clock that was behind called the submission may have been a moment ago.
      let submitted = max(job.submittedAt, context.clockSetAt ?? job.submittedAt)
      return submitted + retention.assumed < since ? .lost : .unknown
    }
    // A paid and ended job's record would have stayed for the assumed time after its last sighting.
    if job.state == .awaitingPayment, let unpaid = retention.unpaid, let start = job.recordSince,
      since - job.lastVouchedAt <= retention.assumed, since >= start + unpaid
    {
      return .lapsed
    }
    return .lost
  }

  var watch: PastWatch {
    let seen = job.state == .registered ? past?.seen ?? job.state : job.state
    return PastWatch(state: state, seen: seen, missedAt: missedAt)
  }

  func explain(_ data: inout EventData, _ context: PollContext) {
    let word = job.unknownWord
    if state != .unknown {
      data.blindGap = BlindGap(
        from: job.lastVouchedAt, to: missedAt, of: context.gaps,
        otherwise: past?.state == .forgotten
          ? "the job was off the list"
          : word?.cause ?? "no answer showed the job between the last sighting and the first miss")
    }
    if state == .lost, let word { (data.cause, data.cure) = (word.cause, UnknownWord.cure) }
  }
}

extension JobStep {
  /// "No such job" is counted, asked again, and believed only after enough answers over enough time.
  mutating func absent() -> Decision {
    if job.state == .lost { return Decision(job: job, next: nextLook) }
    let policy = context.policies.absence
    let absence = Absence(after: job.absence, at: now, countingFrom: context.absencesCountFrom)
    if absence.isBelieved(at: now, under: policy) && !context.verdictsHeld {
      return gone(AbsenceVerdict(on: before, missedAt: absence.since, under: context))
    }
    job.absence = absence
    let gap = absence.gap(isSeen: job.firstSeenAt != nil, at: now, under: policy)
    return Decision(job: job, next: .after(max(gap, context.policies.pollFloor)))
  }

  private mutating func gone(_ verdict: AbsenceVerdict) -> Decision {
    enter(verdict.state)
    job.absence = nil
    job.notices.past = verdict.watch
    var event = event(EventKind(entering: verdict.state), previous: before.state)
    verdict.explain(&event.data, context)
    return Decision(
      job: job,
      transition: Transition(from: before.state, to: verdict.state, rawStatus: job.report?.rawStatus, at: now),
      events: [event], next: verdict.state == .lost ? nextLook : .never)
  }
}
