import JobWatchCore
import JobWatchStore

/// What the schedule knows of each job, and what is learned from it.
extension Transaction.Scheduled {
  fileprivate var question: ScheduledPoll.Question? {
    if !isSeen { return isFresh ? .first : .again }
    return isDoubted || isReopened ? .known : nil
  }
}

extension Poller {
  /// A job on its way into the schedule.
  struct Entrant: Sendable {
    var ticket: ScheduledPoll
    var lane: EndpointKey
    /// As its row has it.
    var due: Duration
    /// It was not asked for yet, and its type is known.
    var isForetold: Bool
    /// It is due at its appointment.
    var isAppointed: Bool
    /// Whether there is such a job, or still is, is the question: no price puts it off.
    var question: ScheduledPoll.Question?
  }

  /// Enters jobs as their rows have them.
  func enter(_ jobs: [Transaction.Scheduled], at now: Moment) {
    plan(count(jobs, at: now), at: now)
  }

  /// All are counted as running before the first is planned: the law follows from them.
  func count(_ jobs: [Transaction.Scheduled], at now: Moment) -> [Entrant] {
    jobs.compactMap { job in
      highestJob = max(highestJob, job.id)
      let lane = job.key.lane
      guard let ceiling = lanes[lane]?.rules.pollCeiling, let polling = lanes[lane]?.rules.polling
      else { return nil }
      if lanes[lane]?.inFlight.contains(job.id) == true {
        lanes[lane]?.renewed[job.id] = job
        return nil
      }
      note(job.id, in: lane, isLost: job.isLost)
      if !job.isSeen && !job.isLost { lanes[lane]?.unshown.insert(job.id) }
      if job.isReopened { lanes[lane]?.returned.insert(job.id) }
      var ticket = ticket(of: job, at: now)
      let appointment = polling.appointment(after: job.span.known, expectWithin: job.expectWithin)
      ticket.appoint(appointment)
      if job.isLost { ticket.forsake() }
      if ticket.isWatched { book.watch(ticket.span, of: ticket.law) }
      // The stored time is the wall clock's: one that a jump of it has put beyond the ceiling is brought back. The
      // longest overdue come first: their records are the nearest to being deleted.
      let wait = (job.dueAt - now.wall).clamped(
        .days(-30), max(ceiling, polling.fixed ?? .zero).scaled(by: 1.1))
      return Entrant(
        ticket: ticket, lane: lane, due: now.uptime + wait,
        isForetold: job.isFresh && job.jobType != nil,
        isAppointed: job.dueAt == appointment.map { job.begunAt + $0 }, question: job.question)
    }
  }

  /// A job whose type is known is asked for first when jobs of its type end, one whose type is not known at once;
  /// afterwards when the answers said.
  func plan(_ entrants: [Entrant], at now: Moment) {
    for entrant in entrants {
      var ticket = entrant.ticket
      switch pace(of: entrant.lane, ticket.law, at: now.uptime) {
      case .plan(let plan) where entrant.isForetold: ticket.plan(by: plan)
      case .plan(let plan)
      where ticket.isWatched && !entrant.isAppointed && entrant.question == nil:
        ticket.plan(at: entrant.due, price: plan.price)
      case .plan, .fixed: ticket.plan(at: entrant.due, for: entrant.question ?? .known)
      }
      lanes[entrant.lane]?.add(ticket)
    }
  }

  private func note(_ job: Int64, in key: EndpointKey, isLost: Bool) {
    if isLost { lanes[key]?.lost.insert(job) } else { lanes[key]?.lost.remove(job) }
  }

  private func ticket(of job: Transaction.Scheduled, at now: Moment) -> ScheduledPoll {
    let key = DurationKey(
      service: job.key.service, jobType: job.jobType ?? "", region: job.region)
    let since = (now.wall - job.knownAt).clamped(.zero, .days(3650))
    return ScheduledPoll(
      job: job.id, law: book.id(of: key), salt: job.key.salt, span: job.span,
      isWatched: job.isWatched, knownAt: now.uptime - since)
  }

  func pace(of key: EndpointKey, _ law: DurationBook.ID, at uptime: Duration) -> PollPace {
    guard let lane = lanes[key] else { return .untaught }
    if let gap = lane.rules.polling.fixed { return .fixed(gap) }
    return .plan(book.plan(of: law, price: lane.schedule.price.value, at: uptime))
  }

  /// The law that an answer's job follows.
  func law(of call: Call, _ observation: Observation) -> DurationBook.ID {
    switch observation {
    case .seen(_, let report), .unrecognised(let report):
      guard let type = report.jobType else { return call.ticket.law }
      return book.id(
        of: DurationKey(service: call.lane.service, jobType: type, region: call.question.region))
    default:
      return call.ticket.law
    }
  }

  func follow(
    _ outcome: PollRecord.Outcome, of call: Call, _ law: DurationBook.ID, _ pace: PollPace,
    at now: Moment
  ) {
    let key = call.lane
    if outcome.isFinal {
      lanes[key]?.absences.forget(call.job)
      lanes[key]?.showed(call.job)
    }
    note(call.job, in: key, isLost: outcome.isFinal && outcome.next != .never)
    var ticket = call.ticket
    note(outcome, law, in: &ticket, at: now.uptime)
    switch outcome.next {
    // It was submitted again after its answer was on record.
    case .after where outcome.isFinal && lanes[key]?.renewed[call.job] != nil:
      drop(ticket, key, at: now)
    case .after(let gap):
      let due = now.uptime + gap
      if ticket.isWatched, outcome.sighting != nil, case .plan(let plan) = pace,
        gap >= plan.gap(after: ticket.span.known, salt: ticket.salt)
      {
        ticket.plan(at: due, price: plan.price)
      } else {
        // A question that no price puts off.
        let isShown = lanes[key]?.unshown.contains(call.job) == false
        ticket.plan(at: due, for: isShown ? .known : .again)
      }
      put(ticket, key, at: now)
    case .whenAllowed: put(ticket, key, at: now)
    case .never: drop(ticket, key, at: now)
    }
  }

  /// Brings the book and the ticket to what is on record now.
  private func note(
    _ outcome: PollRecord.Outcome, _ law: DurationBook.ID, in ticket: inout ScheduledPoll,
    at uptime: Duration
  ) {
    if let model = outcome.learned { book.learned(model, of: law) }
    guard let sighting = outcome.sighting else { return }
    if ticket.isWatched { book.unwatch(ticket.span, of: ticket.law) }
    ticket.see(sighting.span, of: law, isWatched: sighting.isWatched, at: uptime)
    ticket.appoint(sighting.appointment)
    if outcome.isFinal { ticket.forsake() }
    if ticket.isWatched { book.watch(ticket.span, of: law) }
  }

  private func drop(_ ticket: ScheduledPoll, _ key: EndpointKey, at now: Moment) {
    if ticket.isWatched { book.unwatch(ticket.span, of: ticket.law) }
    lanes[key]?.forget(ticket.job)
    lanes[key]?.inFlight.remove(ticket.job)
    if let renewed = lanes[key]?.renewed.removeValue(forKey: ticket.job) {
      enter([renewed], at: now)
    }
    wake(for: key, at: now)
  }

  // MARK: What follows from all that was learned

  /// Now and then: the price that meets the target, and keys that found no room.
  func review(at uptime: Duration) async throws {
    guard uptime - reviewedAt >= Self.reviewInterval else { return }
    reviewedAt = uptime
    if let target {
      let price = book.price(forMeanLatency: target.seconds, at: uptime)
      for key in Array(lanes.keys) { lanes[key]?.schedule.price.least = price }
    }
    let forgotten = book.takeForgotten()
    guard !forgotten.isEmpty else { return }
    log.notice(
      "there are too many job types; what the longest untaught ones had taught is forgotten",
      metadata: ["types": "\(forgotten.count)", "first": "\(forgotten[0])"])
    try await store.write { transaction in
      for key in forgotten { try transaction.forget(key) }
    }
  }

  private static let reviewInterval = Duration.seconds(30)

  // MARK: Into the schedule and out of it

  /// Back into the schedule, at another time.
  func reschedule(_ ticket: ScheduledPoll, _ key: EndpointKey, due: Duration, at now: Moment) {
    var ticket = ticket
    ticket.plan(at: due)
    put(ticket, key, at: now)
  }

  private func put(_ ticket: ScheduledPoll, _ key: EndpointKey, at now: Moment) {
    lanes[key]?.inFlight.remove(ticket.job)
    lanes[key]?.renewed[ticket.job] = nil
    lanes[key]?.add(ticket)
    wake(for: key, at: now)
  }

  /// A job that is submitted again may still stand in the schedule: lost, to be looked for now and then, or parked.
  func leave(_ jobs: [Transaction.Scheduled]) {
    for (key, known) in Dictionary(grouping: jobs, by: \.key.lane) {
      var tickets = lanes[key]?.schedule.remove(Set(known.map(\.id))) ?? []
      tickets += known.compactMap { lanes[key]?.parked.removeValue(forKey: $0.id) }
      for ticket in tickets where ticket.isWatched {
        book.unwatch(ticket.span, of: ticket.law)
      }
    }
  }
}
