/// A watch that ended without an end of which the cloud told. It is kept with what was told: whoever submits the job again
/// has not made the cloud show it.
package struct PastWatch: Hashable, Sendable, Codable {
  /// How it ended: unknown, lost, lapsed or forgotten.
  package var state: JobState
  /// As the job was last seen; registered for one that never was, or where that is not on record.
  package var seen: JobState
  /// The first "no such job" that the verdict rests on. Where it is not on record, the verdict itself; of a forgotten
  /// job, when it was taken off the list.
  package var missedAt: Timestamp

  package init(state: JobState, seen: JobState, missedAt: Timestamp) {
    self.state = state
    self.seen = seen
    self.missedAt = missedAt
  }
}

extension Job {
  /// Submitted again after its watch had ended, and not sighted since; what is known of it is from before.
  package var isReopened: Bool { state == .registered && firstSeenAt != nil }

  /// Its order was not paid when it was last seen.
  var isUnpaid: Bool { state == .awaitingPayment || notices.past?.seen == .awaitingPayment }

  /// The job as it is watched again, after it was submitted again as `fresh`: bound to the place that the account has now,
  /// and believed absent after as many answers as a new one.
  ///
  /// What the cloud said of it stays, and what a submitter said before where the cloud has shown it: a second submission
  /// knows no better. Labels, channels, task and expectation are joined already.
  package func reopened(as fresh: Job) -> Job {
    var job = self
    job.state = .registered
    (job.projectID, job.region) = (fresh.projectID, fresh.region)
    (job.endedAt, job.absence, job.recordSince) = (nil, nil, nil)
    job.notices.past = past
    if firstSeenAt == nil {
      job.hint.jobType = fresh.hint.jobType ?? hint.jobType
      job.hint.beginTime = fresh.hint.beginTime ?? hint.beginTime
      // Its age begins anew, and what follows from it.
      (job.notices.late, job.notices.stuckAt) = (nil, nil)
    } else {
      job.hint.jobType = hint.jobType ?? fresh.hint.jobType
      job.hint.beginTime = hint.beginTime ?? fresh.hint.beginTime
    }
    // A time before the first registration was named by a submitter.
    let isNamed = firstSeenAt != nil || submittedAt < registeredAt
    job.submittedAt = isNamed ? min(submittedAt, fresh.submittedAt) : fresh.submittedAt
    return job
  }

  private var past: PastWatch? {
    if let past = notices.past { return past }
    guard state.reopensOnSubmit, let endedAt else { return nil }
    let seen = state == .lapsed ? JobState.awaitingPayment : .registered
    return PastWatch(state: state, seen: seen, missedAt: endedAt)
  }

  /// What ended its last watch, if it was not sighted since.
  var unsightedPast: PastWatch? {
    notices.past.flatMap { past in
      lastSeenAt.map { $0 <= past.missedAt } ?? true ? past : nil
    }
  }
}
