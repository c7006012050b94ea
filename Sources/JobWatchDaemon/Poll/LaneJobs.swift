import JobWatchCore

/// What a lane knows of its jobs beside the queue: how they stand with the service.
extension Lane {
  /// Whether it has no usable answer for this job, and has them for others, or too few others to tell.
  func isOdd(_ job: Int64) -> Bool {
    unanswered.isOfJob(job) || barred.isOfJob(job) || stalled.isOfJob(job)
  }

  /// Takes one more failure. Where that is not enough to tell, another job is asked for at once, which is to say whether
  /// the service is in trouble.
  func fail(
    _ job: Int64, _ streak: ReferenceWritableKeyPath<Lane, FailureStreak>,
    isOfEndpoint: Bool = false, _ queue: inout PollQueue, at uptime: Duration
  ) -> FailureStreak.Blame {
    let blame = self[keyPath: streak].fail(
      job, watched: queue.watched(place), isOfEndpoint: isOfEndpoint)
    if blame == .unsure { queue.hasten(place, otherThan: self[keyPath: streak], at: uptime) }
    return blame
  }

  /// A job that enters the queue.
  func entered(_ job: ScheduledJob) {
    if !job.isSeen && !job.isLost { unshown.insert(job.id) }
    if job.isReopened { returned.insert(job.id) }
  }

  func showed(_ job: Int64) {
    if !unshown.isEmpty { unshown.remove(job) }
    if !returned.isEmpty { returned.remove(job) }
  }

  /// It is watched no more.
  func forget(_ job: Int64) {
    failures[job] = nil
    unanswered.forget(job)
    barred.forget(job)
    stalled.forget(job)
    showed(job)
  }

  /// "No such job", for one that is watched.
  ///
  /// - Parameter watched: jobs of the endpoint.
  func absent(_ job: Int64, of watched: Int, at uptime: Duration) -> MassAbsence.Change? {
    let shown = watched - unshown.count - returned.count
    let crowd: MassAbsence.Crowd
    switch (returned.contains(job), unshown.contains(job)) {
    case (true, _): crowd = .none
    case (_, true): crowd = shown > 0 ? .none : .new
    default: crowd = .shown
    }
    return absences.absent(
      job, of: crowd, watched: crowd == .new ? unshown.count : max(shown, 1), at: uptime,
      policy: rules.absence)
  }
}
