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

  /// What the queue holds of one endpoint.
  struct Line: Sendable {
    let key: EndpointKey
    /// No job of it is left alone for longer.
    let ceiling: Duration
    var schedule: PollSchedule
    /// Jobs whose call, or whose commit, is under way: none is taken twice at once.
    var inFlight: Set<Int64> = []
    /// Submitted again while their last call was under way.
    var renewed: [Int64: ScheduledJob] = [:]
    /// They belong to another project or region than the account has now.
    var parked: [Int64: ScheduledPoll] = [:]
    /// Lost jobs that are still looked for, parked ones left out.
    var lost = 0

    var watched: Int { schedule.count + inFlight.count - lost }
  }

  /// So many of the last ends tell of what types jobs are.
  package static let recentEnds = RecentArrivals.most
  /// Calls of one endpoint under way at once: enough for 200 a second at 300 ms each.
  static let concurrency = 64

  package let polling: PollPolicy
  let retention: [String: RetentionPolicy]
  private var endpoints: [EndpointKey: Endpoint] = [:]
  var lines: [Line] = []
  var book: DurationBook
  /// Seconds of latency that one call is worth, as the user says.
  var least: Double
  /// Enrolled, and not admitted yet.
  var entrants: [Entrant] = []
  /// The highest id that was added: jobs beyond it are new.
  var newest: Int64 = 0

  /// - Parameter retention: of the records of ended jobs, by service; of every service that has an endpoint.
  package init(polling: PollPolicy = PollPolicy(), retention: [String: RetentionPolicy] = [:]) {
    self.polling = polling
    self.retention = retention
    book = DurationBook(bounds: retention.mapValues(polling.bounds))
    // What a target takes is known later.
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
    let endpoint = Endpoint(number: UInt16(lines.count))
    endpoints[key] = endpoint
    lines.append(
      Line(
        key: key, ceiling: polling.ceiling(retention),
        schedule: PollSchedule(
          limiter: RateLimiter(cap: quota), price: CallPrice(least: least, value: price),
          retention: retention.finished)))
    return endpoint
  }

  package func endpoint(_ key: EndpointKey) -> Endpoint? { endpoints[key] }

  /// Of the endpoint's calls. Calls that are made beside those that `take` counts are counted here.
  package subscript(limiter endpoint: Endpoint) -> RateLimiter {
    _read { yield lines[endpoint.index].schedule.limiter }
    _modify { yield &lines[endpoint.index].schedule.limiter }
  }

  // MARK: What there is

  /// Jobs that wait for their polls.
  package var count: Int { lines.reduce(0) { $0 + $1.schedule.count } }

  /// Jobs that are asked for now and then; those that are lost and those that are parked left out.
  package func watched(_ endpoint: Endpoint) -> Int { lines[endpoint.index].watched }

  /// How many are due, whether or not anything stands in the way of their poll. Looks at each: 5 ms for a million.
  package func due(at uptime: Duration) -> Int {
    lines.indices.reduce(0) { $0 + lines[$1].schedule.due(at: uptime) }
  }

  /// The next one that is due, or will be.
  package func first(_ endpoint: Endpoint) -> ScheduledPoll? {
    lines[endpoint.index].schedule.first
  }

  package func isInFlight(_ job: Int64, _ endpoint: Endpoint) -> Bool {
    lines[endpoint.index].inFlight.contains(job)
  }

  /// Whether no job is parked for its project or region.
  package func hasNoneParked(_ endpoint: Endpoint) -> Bool { lines[endpoint.index].parked.isEmpty }

  /// Whether the limiter has a call to spare, with another one left for whatever falls due meanwhile.
  package func hasSpareCall(_ endpoint: Endpoint, at uptime: Duration) -> Bool {
    let limiter = self[limiter: endpoint]
    guard limiter.isSavedAhead, first(endpoint).map({ $0.due > uptime }) ?? true else {
      return false
    }
    var rest = limiter
    rest.spend(at: uptime)
    return [limiter, rest].allSatisfy { limiter in
      limiter.readyAt(uptime).map { $0 <= uptime } ?? false
    }
  }

  // MARK: Taking

  /// When `take` is worth a try: not after `uptime` means now; nil: only an answer, or a new job, can change it.
  ///
  /// - Parameters:
  ///   - isProbe: the next call is to find out whether the endpoint can be asked at all.
  ///   - choice: what the probe is better not made with.
  package func readyAt(
    _ endpoint: Endpoint, _ uptime: Duration, isProbe: Bool = false,
    avoiding choice: ProbeChoice = ProbeChoice()
  ) -> Duration? {
    guard lines[endpoint.index].inFlight.count < Self.concurrency else { return nil }
    return lines[endpoint.index].schedule.readyAt(uptime, isUrgent: isProbe, avoiding: choice)
  }

  /// The job to ask for now, with its call counted; nil: none is due, or none may be asked for.
  package mutating func take(
    from endpoint: Endpoint, at uptime: Duration, isProbe: Bool = false,
    avoiding choice: ProbeChoice = ProbeChoice()
  ) -> ScheduledPoll? {
    let index = endpoint.index
    guard lines[index].inFlight.count < Self.concurrency,
      let poll = lines[index].schedule.take(
        at: uptime, from: &book, isUrgent: isProbe, avoiding: choice)
    else { return nil }
    lines[index].inFlight.insert(poll.job)
    return poll
  }

  /// Undoes `take`: no call was made.
  ///
  /// - Parameter due: when it is tried again; nil: when it was due before.
  package mutating func withdraw(_ poll: ScheduledPoll, until due: Duration? = nil) {
    lines[poll.endpoint.index].schedule.withdraw(poll)
    putBack(poll, until: due)
  }

  /// Back in after a call that brought nothing which is on record.
  package mutating func putBack(_ poll: ScheduledPoll, until due: Duration? = nil) {
    var poll = poll
    if let due { poll.plan(at: due) }
    let index = poll.endpoint.index
    lines[index].inFlight.remove(poll.job)
    if !lines[index].renewed.isEmpty { lines[index].renewed[poll.job] = nil }
    lines[index].schedule.add(poll)
  }

  // MARK: What an endpoint's health asks of it

  /// Puts what is due in the order in which a backlog loses least: after an outage.
  package mutating func spread(_ endpoint: Endpoint, at uptime: Duration) {
    lines[endpoint.index].schedule.spread(at: uptime, by: &book)
  }

  /// The same at a start.
  package mutating func spread(at uptime: Duration) {
    for index in lines.indices { lines[index].schedule.spread(at: uptime, by: &book) }
  }

  /// Makes another job due than those that failed: what it brings tells whether the service is in trouble.
  package mutating func hasten(
    _ endpoint: Endpoint, otherThan streak: FailureStreak, at uptime: Duration
  ) {
    lines[endpoint.index].schedule.hasten(otherThan: streak, at: uptime)
  }
}
