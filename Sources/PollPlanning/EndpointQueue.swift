import JobWatchCore

/// The jobs of one endpoint, wherever they stand: in the schedule, with their call under way, or parked.
struct EndpointQueue: Sendable {
  let key: EndpointKey
  /// No job of it is left alone for longer.
  let ceiling: Duration
  var schedule: PollSchedule
  /// Jobs whose call, or whose commit, is under way: none is taken twice at once.
  private(set) var inFlight: Set<Int64> = []
  /// Submitted again while their last call was under way.
  private(set) var renewed: [Int64: ScheduledJob] = [:]
  /// They belong to another project or region than the account has now.
  private(set) var parked: [Int64: ScheduledPoll] = [:]
  /// Lost jobs that are still looked for, parked ones left out.
  private var lost = 0

  /// Calls under way at once: enough for 200 a second at 300 ms each.
  static let concurrency = 64

  init(key: EndpointKey, ceiling: Duration, schedule: PollSchedule) {
    (self.key, self.ceiling, self.schedule) = (key, ceiling, schedule)
  }

  var watched: Int { schedule.count + inFlight.count - lost }

  func hasSpareCall(at uptime: Duration) -> Bool {
    guard schedule.limiter.isSavedAhead, schedule.first.map({ $0.due > uptime }) ?? true else { return false }
    var rest = schedule.limiter
    rest.spend(at: uptime)
    return [schedule.limiter, rest].allSatisfy { limiter in
      limiter.readyAt(uptime).map { $0 <= uptime } ?? false
    }
  }

  func readyAt(_ uptime: Duration, probe: ProbeChoice?) -> Duration? {
    guard inFlight.count < Self.concurrency else { return nil }
    return schedule.readyAt(uptime, probe: probe)
  }

  mutating func take(at uptime: Duration, from book: inout DurationBook, probe: ProbeChoice?) -> ScheduledPoll? {
    guard inFlight.count < Self.concurrency, let poll = schedule.take(at: uptime, from: &book, probe: probe)
    else { return nil }
    inFlight.insert(poll.job)
    return poll
  }

  /// Back in the schedule after its call.
  mutating func putBack(_ poll: ScheduledPoll) {
    inFlight.remove(poll.job)
    if !renewed.isEmpty { renewed[poll.job] = nil }
    schedule.add(poll)
  }

  /// Into the schedule for the first time, or again after it was parked.
  mutating func enter(_ poll: ScheduledPoll) {
    if !parked.isEmpty { parked[poll.job] = nil }
    if poll.isLost { lost += 1 }
    schedule.add(poll)
  }

  /// Notes a job that was submitted again during its call; false: it has no call under way.
  mutating func renew(_ job: ScheduledJob) -> Bool {
    guard inFlight.contains(job.id) else { return false }
    renewed[job.id] = job
    return true
  }

  /// The jobs that wait or are parked. Those with a call under way stay.
  mutating func remove(_ jobs: [Int64]) -> [ScheduledPoll] {
    let polls = schedule.remove(Set(jobs))
    lost -= polls.count(where: \.isLost)
    return polls + jobs.compactMap { parked.removeValue(forKey: $0) }
  }

  /// The poll of a job whose call is under way has changed.
  mutating func replace(_ old: ScheduledPoll, by new: ScheduledPoll) {
    lost += (new.isLost ? 1 : 0) - (old.isLost ? 1 : 0)
  }

  /// Out of the queue after its call.
  ///
  /// - Returns: the job as it was submitted again meanwhile.
  mutating func drop(_ poll: ScheduledPoll) -> ScheduledJob? {
    if poll.isLost { lost -= 1 }
    inFlight.remove(poll.job)
    return renewed.removeValue(forKey: poll.job)
  }

  mutating func park(_ poll: ScheduledPoll) {
    schedule.withdraw(poll)
    inFlight.remove(poll.job)
    if poll.isLost { lost -= 1 }
    parked[poll.job] = poll
  }

  /// All that was parked is due.
  mutating func unpark(at uptime: Duration) {
    for var poll in parked.values {
      poll.plan(at: uptime)
      enter(poll)
    }
  }

  // MARK: What is stored

  /// Of the limiter and the price; nil: nothing has to be stored now.
  /// - Parameter isLast: no call is under way, and none will be made.
  mutating func record(at now: Moment, isLast: Bool) -> RateLimiterRecord? {
    guard isLast ? !schedule.limiter.isUntouched : schedule.limiter.mustBeSaved else { return nil }
    var record = schedule.limiter.record(at: now.uptime, isLast: isLast)
    (record.price, record.trim) = (schedule.price.value, schedule.price.correction)
    return record.stored(as: key, at: now.wall)
  }

  mutating func restore(_ record: RateLimiterRecord, at now: Moment) {
    schedule.limiter.restore(record, at: now)
    schedule.price = CallPrice(least: schedule.price.least, value: record.price, correction: record.trim)
  }
}

/// A job on its way into the queue: counted as running, and without a place yet.
struct PollEntrant: Sendable {
  private(set) var poll: ScheduledPoll
  /// As its row has it.
  private let due: Duration
  /// It was not polled yet, and its type is known.
  private let isForetold: Bool
  private let isAtDeadline: Bool
  /// Set where the poll is to tell if there is such a job, or still is: no price puts it off.
  private let purpose: ScheduledPoll.Purpose?

  init(
    _ job: ScheduledJob, at endpoint: PollQueue.Endpoint, type: DurationBook.ID,
    polling: PollPolicy, ceiling: Duration, now: Moment
  ) {
    let since = (now.wall - job.knownAt).clamped(.zero, .days(3650))
    poll = ScheduledPoll(
      job: job.id, endpoint: endpoint, type: type, jitterSeed: job.jitterSeed, span: job.span,
      isWatched: job.isWatched, knownAt: now.uptime - since)
    let deadline = polling.deadline(after: job.span.known, expectWithin: job.expectWithin)
    poll.setDeadline(deadline)
    if job.isLost { poll.markLost() }
    // The stored time is the wall clock's. One beyond the ceiling, or of a sighting that is still to come, was set by a
    // clock that was ahead, and is due now: a wait, or a plan that counts from that sighting, would begin anew with each
    // start. The longest overdue come first, because their records go first.
    let (wait, longest) = (job.dueAt - now.wall, max(ceiling, polling.fixed ?? .zero).scaled(by: 1.1))
    let wasAhead = wait > longest || job.knownAt > now.wall
    due = now.uptime + (wasAhead ? .zero : max(wait, .days(-30)))
    isForetold = job.isFresh && !job.type.jobType.isEmpty
    isAtDeadline = job.dueAt == deadline.map { job.begunAt + $0 }
    let isToFollow = job.isAbsent || job.isReopened || wasAhead
    purpose = if !job.isSeen { job.isFresh ? .first : .again } else { isToFollow ? .follow : nil }
  }

  /// A new job of a known type waits until jobs of its type end. Any other is due when its row says: one of an unknown
  /// type at once.
  /// - Parameter plan: of its type; nil: the user wants the same gap always.
  func planned(by plan: PollPlan?) -> ScheduledPoll {
    var poll = poll
    if let plan, isForetold {
      poll.plan(by: plan)
    } else if let plan, poll.isWatched, !isAtDeadline, purpose == nil {
      poll.plan(at: due, price: plan.price)
    } else {
      poll.plan(at: due, for: purpose ?? .follow)
    }
    return poll
  }
}
