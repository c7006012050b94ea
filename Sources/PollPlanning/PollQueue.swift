import JobWatchCore

/// The watched jobs of all endpoints by their due times, with the rate limiter and the call price of each endpoint, and
/// with what was learned of how long jobs take.
///
/// ```
///                       due            take                   record
///  add ------> waiting -----> backlog ------> in flight ------------------> waiting again, or gone
///                 ^                              |  |
///                 +------ putBack, withdraw -----+  +-- park --> parked --+
///                 +----------------------- unpark ------------------------+
/// ```
/// A value: it knows no clock, no database and no network. The poller, `jobwatch explain` and the benchmark's fleet run
/// this same queue. Endpoints are named by a number, and each change is made in place: a million jobs wait here, and a
/// thousand are taken in a second.
package struct PollQueue: Sendable {
  /// Names an endpoint for as long as the queue lives.
  package struct Endpoint: Hashable, Sendable {
    let number: UInt16

    var index: Int { Int(number) }
  }

  /// The number of the last ends that tell of what types jobs are.
  package static let recentEnds = RecentArrivals.most

  package let polling: PollPolicy
  let retention: [String: RetentionPolicy]
  private var endpoints: [EndpointKey: Endpoint] = [:]
  /// By the endpoints' numbers.
  var queues: [EndpointQueue] = []
  var book: DurationBook
  /// Seconds of latency that one call is worth, as the user says.
  var least: Double
  /// Enrolled, and not admitted yet.
  var entrants: [PollEntrant] = []
  /// The highest id that was added: jobs beyond it are new.
  private var newest: Int64 = 0

  /// - Parameter retention: of the records of ended jobs, by service; of every service that has an endpoint.
  package init(polling: PollPolicy = PollPolicy(), retention: [String: RetentionPolicy] = [:]) {
    self.polling = polling
    self.retention = retention
    book = DurationBook(bounds: retention.mapValues(polling.bounds))
    // The price that meets a target is known later.
    least = polling.target == nil ? polling.price.seconds : 0.01
  }

  /// - Parameters:
  ///   - quota: the configured share of the endpoint's quota.
  ///   - price: as it was when it was stored, in seconds.
  @discardableResult
  package mutating func addEndpoint(
    _ key: EndpointKey, quota: Quota? = nil, price: Double? = nil
  ) -> Endpoint {
    if let endpoint = endpoints[key] { return endpoint }
    let retention = retention[key.service] ?? RetentionPolicy()
    let endpoint = Endpoint(number: UInt16(queues.count))
    endpoints[key] = endpoint
    queues.append(
      EndpointQueue(
        key: key, ceiling: polling.ceiling(retention),
        schedule: PollSchedule(
          limiter: RateLimiter(cap: quota), price: CallPrice(least: least, value: price),
          retention: retention.finished)))
    return endpoint
  }

  package func endpoint(_ key: EndpointKey) -> Endpoint? { endpoints[key] }

  /// Of the endpoint's calls. Calls that are made beside those that `take` counts are counted here.
  package subscript(limiter endpoint: Endpoint) -> RateLimiter {
    _read { yield queues[endpoint.index].schedule.limiter }
    _modify { yield &queues[endpoint.index].schedule.limiter }
  }

  // MARK: What there is

  /// Jobs that wait for their polls.
  package var count: Int { queues.reduce(0) { $0 + $1.schedule.count } }

  /// Jobs that are polled now and then, without those that are lost or parked.
  package func watched(_ endpoint: Endpoint) -> Int { queues[endpoint.index].watched }

  /// The number of due jobs, whether or not anything stands in the way of their polls. Looks at each: 5 ms for a million.
  package func due(at uptime: Duration) -> Int {
    queues.indices.reduce(0) { $0 + queues[$1].schedule.due(at: uptime) }
  }

  package func first(_ endpoint: Endpoint) -> ScheduledPoll? { queues[endpoint.index].schedule.first }

  package func isInFlight(_ job: Int64, _ endpoint: Endpoint) -> Bool {
    queues[endpoint.index].inFlight.contains(job)
  }

  /// True if no job is parked for its project or region.
  package func hasNoneParked(_ endpoint: Endpoint) -> Bool { queues[endpoint.index].parked.isEmpty }

  /// True if the limiter has a call to spare, with another one left for whatever falls due meanwhile.
  package func hasSpareCall(_ endpoint: Endpoint, at uptime: Duration) -> Bool {
    queues[endpoint.index].hasSpareCall(at: uptime)
  }

  // MARK: Entering

  /// Adds new jobs, and those that were submitted again.
  package mutating func add(_ jobs: [ScheduledJob], at now: Moment) {
    // A job that is submitted again may still be here: lost, to be looked for now and then, or parked.
    let known = Dictionary(grouping: jobs.filter { $0.id <= newest }, by: \.endpoint)
    for (key, known) in known {
      guard let index = endpoint(key)?.index else { continue }
      for poll in queues[index].remove(known.map(\.id)) where poll.isWatched {
        book.unwatch(poll.span, of: poll.type)
      }
    }
    enroll(jobs, at: now)
    admit(at: now.uptime)
  }

  /// Counts jobs as running, without a place in the queue before `admit`. At a start all are counted before the first
  /// is planned, because how long jobs take follows from those that run.
  package mutating func enroll(_ jobs: [ScheduledJob], at now: Moment) {
    for job in jobs {
      newest = max(newest, job.id)
      guard let endpoint = endpoint(job.endpoint), !queues[endpoint.index].renew(job) else { continue }
      let entrant = PollEntrant(
        job, at: endpoint, type: book.id(of: job.type), polling: polling,
        ceiling: queues[endpoint.index].ceiling, now: now)
      let poll = entrant.poll
      if poll.isWatched { book.watch(poll.span, of: poll.type) }
      entrants.append(entrant)
    }
  }

  /// Gives all enrolled jobs their places.
  package mutating func admit(at uptime: Duration) {
    let admitted = entrants
    entrants = []
    for entrant in admitted {
      let (endpoint, type) = (entrant.poll.endpoint, entrant.poll.type)
      let plan = plan(at: endpoint, type, at: uptime)
      queues[endpoint.index].enter(entrant.planned(by: plan))
    }
  }

  // MARK: Taking

  /// When `take` is worth a try: not after `uptime` means now; nil: only an answer, or a new job, can change it.
  /// - Parameter probe: the next call is to find out whether the endpoint can be asked at all.
  package func readyAt(_ endpoint: Endpoint, _ uptime: Duration, probe: ProbeChoice? = nil) -> Duration? {
    queues[endpoint.index].readyAt(uptime, probe: probe)
  }

  /// The job to poll now, with its call counted; nil: none is due, or no call may be made.
  package mutating func take(
    from endpoint: Endpoint, at uptime: Duration, probe: ProbeChoice? = nil
  ) -> ScheduledPoll? {
    queues[endpoint.index].take(at: uptime, from: &book, probe: probe)
  }

  /// Undoes `take`: no call was made.
  /// - Parameter due: when it is tried again; nil: when it was due before.
  package mutating func withdraw(_ poll: ScheduledPoll, until due: Duration? = nil) {
    queues[poll.endpoint.index].schedule.withdraw(poll)
    putBack(poll, until: due)
  }

  /// Back in after a call that brought nothing which is on record.
  package mutating func putBack(_ poll: ScheduledPoll, until due: Duration? = nil) {
    var poll = poll
    if let due { poll.plan(at: due) }
    queues[poll.endpoint.index].putBack(poll)
  }

  /// Undoes `take` for a job that may not be polled as its account is now.
  package mutating func park(_ poll: ScheduledPoll) { queues[poll.endpoint.index].park(poll) }

  /// The account has become another: all that was parked is due.
  package mutating func unpark(_ endpoint: Endpoint, at uptime: Duration) {
    queues[endpoint.index].unpark(at: uptime)
  }

  /// Puts what is due in the order in which a backlog loses least: after an outage.
  package mutating func reorderBacklog(_ endpoint: Endpoint, at uptime: Duration) {
    queues[endpoint.index].schedule.reorderBacklog(at: uptime, by: &book)
  }

  /// The same at a start.
  package mutating func reorderBacklog(at uptime: Duration) {
    for index in queues.indices { queues[index].schedule.reorderBacklog(at: uptime, by: &book) }
  }

  /// Makes another job due than those that failed: what it brings tells whether the service is in trouble.
  package mutating func hasten(_ endpoint: Endpoint, otherThan choice: ProbeChoice, at uptime: Duration) {
    queues[endpoint.index].schedule.hasten(otherThan: choice, at: uptime)
  }

  // MARK: Answers

  /// Gives the job its place after its answer is on record.
  ///
  /// - Returns: the job as it was submitted again meanwhile, which is in the queue in its place.
  @discardableResult
  package mutating func record(
    _ outcome: PollOutcome, of taken: ScheduledPoll, _ knowledge: TypeKnowledge, at now: Moment
  ) -> ScheduledJob? {
    if let model = outcome.learned { book.learned(model, of: knowledge.type) }
    var poll = taken
    if let span = outcome.span {
      if poll.isWatched { book.unwatch(poll.span, of: poll.type) }
      poll.see(span, of: knowledge.type, isWatched: outcome.isWatched, at: now.uptime)
      poll.setDeadline(outcome.deadline)
      if poll.isWatched { book.watch(poll.span, of: poll.type) }
    }
    if outcome.isFinal { poll.markLost() }
    let index = poll.endpoint.index
    queues[index].replace(taken, by: poll)
    // It was submitted again during the call: after its answer was on record, or for an answer that told nothing of it.
    let isStale = outcome.isFinal || (taken.isLost && outcome.span == nil)
    if isStale, queues[index].renewed[poll.job] != nil { return drop(poll, at: now) }
    switch outcome.next {
    case .after(let gap):
      poll.plan(after: gap, outcome, knowledge.plan, at: now.uptime)
      queues[index].putBack(poll)
    case .whenAllowed: queues[index].putBack(poll)
    case .never: return drop(poll, at: now)
    }
    return nil
  }

  private mutating func drop(_ poll: ScheduledPoll, at now: Moment) -> ScheduledJob? {
    if poll.isWatched { book.unwatch(poll.span, of: poll.type) }
    guard let renewed = queues[poll.endpoint.index].drop(poll) else { return nil }
    enroll([renewed], at: now)
    admit(at: now.uptime)
    return renewed
  }
}
