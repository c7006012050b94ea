import JobWatchCore

extension PollQueue {
  /// A job on its way in.
  struct Entrant: Sendable {
    var poll: ScheduledPoll
    /// As its row has it.
    var due: Duration
    /// It was not asked for yet, and its type is known.
    var isForetold: Bool
    /// It is due at its deadline.
    var isAtDeadline: Bool
    /// Whether there is such a job, or still is, is the question: no price puts it off.
    var question: ScheduledPoll.Question?
  }

  /// Adds new jobs, and those that were submitted again.
  package mutating func add(_ jobs: [ScheduledJob], at now: Moment) {
    remove(jobs.filter { $0.id <= newest })
    enroll(jobs, at: now)
    admit(at: now.uptime)
  }

  /// Counts jobs as running, without a place in the queue before `admit`. At a start all are counted before the first
  /// is planned: how long jobs take follows from those that run.
  package mutating func enroll(_ jobs: [ScheduledJob], at now: Moment) {
    for job in jobs {
      newest = max(newest, job.id)
      guard let endpoint = endpoint(job.endpoint) else { continue }
      if lines[endpoint.index].inFlight.contains(job.id) {
        lines[endpoint.index].renewed[job.id] = job
      } else {
        entrants.append(entrant(job, endpoint, at: now))
      }
    }
  }

  private mutating func entrant(_ job: ScheduledJob, _ endpoint: Endpoint, at now: Moment)
    -> Entrant
  {
    let since = (now.wall - job.knownAt).clamped(.zero, .days(3650))
    var poll = ScheduledPoll(
      job: job.id, endpoint: endpoint, type: book.id(of: job.type), jitterSeed: job.jitterSeed,
      span: job.span,
      isWatched: job.isWatched, knownAt: now.uptime - since)
    let deadline = polling.deadline(after: job.span.known, expectWithin: job.expectWithin)
    poll.setDeadline(deadline)
    if job.isLost { poll.markLost() }
    if poll.isWatched { book.watch(poll.span, of: poll.type) }
    // The stored time is the wall clock's: one that a jump of it has put beyond the ceiling is brought back. The
    // longest overdue come first: their records are the nearest to being deleted.
    let longest = max(lines[endpoint.index].ceiling, polling.fixed ?? .zero).scaled(by: 1.1)
    return Entrant(
      poll: poll, due: now.uptime + (job.dueAt - now.wall).clamped(.days(-30), longest),
      isForetold: job.isFresh && !job.type.jobType.isEmpty,
      isAtDeadline: job.dueAt == deadline.map { job.begunAt + $0 }, question: job.question)
  }

  /// Gives all enrolled jobs their places. A new job of a known type waits until jobs of its type end; one of an unknown
  /// type is due at once; any other is due when its row says.
  package mutating func admit(at uptime: Duration) {
    let admitted = entrants
    entrants = []
    for entrant in admitted {
      var poll = entrant.poll
      let plan = plan(at: poll.endpoint, poll.type, at: uptime)
      if let plan, entrant.isForetold {
        poll.plan(by: plan)
      } else if let plan, poll.isWatched, !entrant.isAtDeadline, entrant.question == nil {
        poll.plan(at: entrant.due, price: plan.price)
      } else {
        poll.plan(at: entrant.due, for: entrant.question ?? .known)
      }
      enter(poll)
    }
  }

  private mutating func enter(_ poll: ScheduledPoll) {
    let index = poll.endpoint.index
    if !lines[index].parked.isEmpty { lines[index].parked[poll.job] = nil }
    if poll.isLost { lines[index].lost += 1 }
    lines[index].schedule.add(poll)
  }

  /// A job that is submitted again may still be here: lost, to be looked for now and then, or parked.
  private mutating func remove(_ jobs: [ScheduledJob]) {
    for (key, known) in Dictionary(grouping: jobs, by: \.endpoint) {
      guard let index = endpoint(key)?.index else { continue }
      var polls = lines[index].schedule.remove(Set(known.map(\.id)))
      lines[index].lost -= polls.count(where: \.isLost)
      polls += known.compactMap { lines[index].parked.removeValue(forKey: $0.id) }
      for poll in polls where poll.isWatched { book.unwatch(poll.span, of: poll.type) }
    }
  }

  // MARK: Answers

  /// Where the job stands after its answer is on record.
  ///
  /// - Returns: the job as it was submitted again meanwhile, which is in the queue in its place.
  @discardableResult
  package mutating func record(
    _ outcome: PollOutcome, of taken: ScheduledPoll, _ basis: Basis, at now: Moment
  ) -> ScheduledJob? {
    if let model = outcome.learned { book.learned(model, of: basis.type) }
    let poll = noting(outcome, of: taken, basis, at: now.uptime)
    let index = poll.endpoint.index
    lines[index].lost += (poll.isLost ? 1 : 0) - (taken.isLost ? 1 : 0)
    // It was submitted again during the call: after its answer was on record, or for an answer that told nothing of it.
    let isStale = outcome.isFinal || (taken.isLost && outcome.sighting == nil)
    if isStale, lines[index].renewed[poll.job] != nil { return drop(poll, at: now) }
    switch outcome.next {
    case .after(let gap):
      putBack(planned(poll, after: gap, outcome, basis.plan, at: now.uptime))
    case .whenAllowed: putBack(poll)
    case .never: return drop(poll, at: now)
    }
    return nil
  }

  /// The poll, and the book of what runs, as it is on record now.
  private mutating func noting(
    _ outcome: PollOutcome, of taken: ScheduledPoll, _ basis: Basis, at uptime: Duration
  ) -> ScheduledPoll {
    var poll = taken
    if let sighting = outcome.sighting {
      if poll.isWatched { book.unwatch(poll.span, of: poll.type) }
      poll.see(sighting.span, of: basis.type, isWatched: sighting.isWatched, at: uptime)
      poll.setDeadline(sighting.deadline)
      if poll.isWatched { book.watch(poll.span, of: poll.type) }
    }
    if outcome.isFinal { poll.markLost() }
    return poll
  }

  private func planned(
    _ poll: ScheduledPoll, after gap: Duration, _ outcome: PollOutcome, _ plan: PollPlan?,
    at uptime: Duration
  ) -> ScheduledPoll {
    var poll = poll
    if poll.isWatched, outcome.sighting != nil, let plan,
      gap >= plan.gap(after: poll.span.known, jitterSeed: poll.jitterSeed)
    {
      poll.plan(at: uptime + gap, price: plan.price)
    } else {
      // A question that no price puts off.
      poll.plan(at: uptime + gap, for: outcome.isShown ? .known : .again)
    }
    return poll
  }

  private mutating func drop(_ poll: ScheduledPoll, at now: Moment) -> ScheduledJob? {
    let index = poll.endpoint.index
    if poll.isWatched { book.unwatch(poll.span, of: poll.type) }
    if poll.isLost { lines[index].lost -= 1 }
    lines[index].inFlight.remove(poll.job)
    guard let renewed = lines[index].renewed.removeValue(forKey: poll.job) else { return nil }
    enroll([renewed], at: now)
    admit(at: now.uptime)
    return renewed
  }

  // MARK: Parking

  /// Undoes `take` for a job that may not be asked for as its account is now.
  package mutating func park(_ poll: ScheduledPoll) {
    let index = poll.endpoint.index
    lines[index].schedule.withdraw(poll)
    lines[index].inFlight.remove(poll.job)
    if poll.isLost { lines[index].lost -= 1 }
    lines[index].parked[poll.job] = poll
  }

  /// The account has become another: all that was parked is due.
  package mutating func unpark(_ endpoint: Endpoint, at uptime: Duration) {
    for var poll in lines[endpoint.index].parked.values {
      poll.plan(at: uptime)
      enter(poll)
    }
  }
}

extension ScheduledJob {
  /// What its next poll is to tell, where no price puts that off.
  fileprivate var question: ScheduledPoll.Question? {
    if !isSeen { return isFresh ? .first : .again }
    return isAbsent || isReopened ? .known : nil
  }
}
