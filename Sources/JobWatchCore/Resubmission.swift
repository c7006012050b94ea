/// How a watch ended, if the cloud told no end. It is kept until the job is sighted, because a submission shows
/// nothing.
package struct PastWatch: Hashable, Sendable, Codable {
  /// How it ended: unknown, lost, lapsed or forgotten.
  package var state: JobState
  /// As the job was last seen; registered for one that never was, or where that is not on record.
  package var seen: JobState
  /// The first "no such job" that the verdict rests on, or the verdict itself where that is not on record. Of a
  /// forgotten job, when it was taken off the list.
  package var missedAt: Timestamp
}

/// A job that is submitted again after its watch ended without an end that the cloud told.
package struct Resubmission {
  /// As it is watched again: bound to the place that the account has now, and believed absent after as many answers as
  /// a new one.
  package private(set) var job: Job

  /// What the cloud said of the job stays. So does what a submitter said before where the cloud has shown the job,
  /// because a second submission knows no better.
  ///
  /// - Parameters:
  ///   - known: with labels, channels, task and expectation joined already.
  ///   - fresh: as it would be new.
  package init(of known: Job, as fresh: Job) {
    job = known
    job.state = .registered
    (job.projectID, job.region) = (fresh.projectID, fresh.region)
    (job.endedAt, job.absence, job.recordSince) = (nil, nil, nil)
    job.notices.past = known.notices.past ?? Self.past(of: known)
    let (old, new) = (known.hint, fresh.hint)
    if known.firstSeenAt == nil {
      job.hint.jobType = new.jobType ?? old.jobType
      job.hint.beginTime = new.beginTime ?? old.beginTime
      // Its age begins again, and what follows from it.
      (job.notices.late, job.notices.stuckAt) = (nil, nil)
    } else {
      job.hint.jobType = old.jobType ?? new.jobType
      job.hint.beginTime = old.beginTime ?? new.beginTime
    }
    // A time before the first registration was named by a submitter.
    let isNamed = known.firstSeenAt != nil || known.submittedAt < known.registeredAt
    job.submittedAt = isNamed ? min(known.submittedAt, fresh.submittedAt) : fresh.submittedAt
  }

  /// For a watch that ended before this was kept.
  private static func past(of known: Job) -> PastWatch? {
    guard known.state.reopensOnSubmit, let endedAt = known.endedAt else { return nil }
    let seen = known.state == .lapsed ? JobState.awaitingPayment : .registered
    return PastWatch(state: known.state, seen: seen, missedAt: endedAt)
  }
}

extension Job {
  /// Submitted again after its watch had ended, and not sighted since: what is known of it is from before.
  package var isReopened: Bool { state == .registered && firstSeenAt != nil }

  /// Its order was not paid when it was last seen.
  var isUnpaid: Bool { state == .awaitingPayment || notices.past?.seen == .awaitingPayment }
}
