import HeapModule
import JobWatchCore

/// The watched jobs of one endpoint by their due times, with the endpoint's rate limiter and its price of a call.
///
/// ```
///            due                    asked for
///  waiting ------> backlog ------------------------> out of the schedule, until it is added again
///     ^               |  dearer now: not due yet         ^
///     +---------------+                                  |
///     +--------------------------------------------------+
///        calls to spare, and nearly due: asked for early
/// ```
/// A job is planned at the price of its last poll, and again when its turn comes. If a call is dearer by then, the job
/// waits on. So a change of the price touches no job that waits. While the price is above the user's, the next job is
/// asked for early with calls to spare: if it would be due at a quarter of the price, which is after half its gap.
///
/// A job whose record may soon be deleted goes before all others, whatever the price (`PollBacklog`).
struct PollSchedule: Sendable {
  var limiter: RateLimiter
  var price: CallPrice
  var waiting = Heap<ScheduledPoll>()
  var backlog: PollBacklog
  private var bucket = TokenBucket()
  /// The polls' demands, in units that sum up without an error.
  var demandUnits: Int64 = 0
  /// Due calls since the price's last step.
  private var dueCalls = 0
  /// Of these, those whose time no price moves.
  private var unplannedCalls = 0
  /// No job is near enough to being due before this uptime.
  private var nextEarly = Duration.zero

  private static let earlyPrice = 0.25
  private static let earlyRest = Duration.milliseconds(100)

  /// - Parameter retention: how long the service keeps the record of a job that ended; nil: not known.
  init(limiter: RateLimiter = RateLimiter(), price: CallPrice, retention: Duration? = nil) {
    self.limiter = limiter
    self.price = price
    backlog = PollBacklog(retention: retention)
  }

  var count: Int { waiting.count + backlog.count }

  /// How many are due. Looks at each: 5 ms for a million.
  func due(at uptime: Duration) -> Int {
    backlog.count + waiting.unordered.count { $0.due <= uptime }
  }

  /// The next one that is due, or will be.
  var first: ScheduledPoll? { backlog.first ?? waiting.min }

  /// The sum over the jobs of √(2·price) for a second of the gap planned at that price. Divided by √(2·c) it is the
  /// calls a second that they would need at price c.
  var demand: Double { Double(demandUnits) / ScheduledPoll.demandScale }

  /// For a poll that was given its due time.
  mutating func add(_ poll: ScheduledPoll) {
    demandUnits += poll.demandUnits
    waiting.insert(poll)
  }

  mutating func remove(_ jobs: Set<Int64>) -> [ScheduledPoll] {
    var gone = waiting.unordered.filter { jobs.contains($0.job) }
    if !gone.isEmpty { waiting = Heap(waiting.unordered.filter { !jobs.contains($0.job) }) }
    gone += backlog.remove(jobs)
    for poll in gone { demandUnits -= poll.demandUnits }
    return gone
  }

  // MARK: Taking

  /// When `take` is worth a try: not after `uptime` means now; nil: only an answer, or a new job, can change it.
  ///
  /// - Parameters:
  ///   - isUrgent: the next call is a probe.
  ///   - choice: what the probe is better not made with.
  func readyAt(
    _ uptime: Duration, isUrgent: Bool = false,
    avoiding choice: ProbeChoice = ProbeChoice()
  ) -> Duration? {
    guard let first else { return nil }
    if isUrgent, hasOther(than: choice) { return limiter.readyAt(uptime, isUrgent: true) }
    // The line is looked through for urgent jobs now and then only, by `take`.
    let isFirst =
      isUrgent || backlog.hasUrgent || (backlog.isEmpty && isUrgentNow(first, at: uptime))
    guard let allowed = limiter.readyAt(uptime, isUrgent: isFirst) else { return nil }
    let due = backlog.isEmpty ? max(first.due, allowed) : allowed
    if isFirst { return due }
    let rate = limiter.rate
    let paced = max(due, bucket.readyAt(uptime, rate: rate))
    guard let early = earlyAt(uptime, rate: rate) else { return paced }
    return min(paced, max(early, allowed))
  }

  /// The job to ask for now, out of the schedule and with its call counted; nil: none is due, or none may be asked for.
  ///
  /// - Parameters:
  ///   - isUrgent: the call is a probe: it goes by neither price nor bucket.
  ///   - choice: what the probe is better not made with. Another job is asked for in its place, due or not.
  mutating func take(
    at uptime: Duration, from book: inout DurationBook, isUrgent: Bool = false,
    avoiding choice: ProbeChoice = ProbeChoice()
  ) -> ScheduledPoll? {
    gather(at: uptime)
    if isUrgent { return takeProbe(at: uptime, avoiding: choice) }
    stepPrice(at: uptime)
    if backlog.hasUrgent, let poll = takeFirst(at: uptime) { return poll }
    let rate = limiter.rate
    guard let allowed = limiter.readyAt(uptime, isUrgent: false), allowed <= uptime,
      bucket.readyAt(uptime, rate: rate) <= uptime
    else { return nil }
    while let poll = backlog.removeFirst() {
      if let later = putOff(poll, at: uptime, from: &book) {
        demandUnits += later.demandUnits - poll.demandUnits
        waiting.insert(later)
      } else {
        return spend(poll, at: uptime, isDue: true)
      }
    }
    return takeEarly(at: uptime, rate: rate, from: &book)
  }

  /// Takes back the call that `take` counted: none was made. The poll stays out of the schedule.
  mutating func withdraw(_ poll: ScheduledPoll) {
    limiter.withdraw()
    bucket.withdraw()
    guard poll.isCounted else { return }
    dueCalls = max(dueCalls - 1, 0)
    if !poll.isPlanned { unplannedCalls = max(unplannedCalls - 1, 0) }
  }

  /// Undoes `take`.
  mutating func putBack(_ poll: ScheduledPoll) {
    withdraw(poll)
    add(poll)
  }

  private func isUrgentNow(_ poll: ScheduledPoll, at uptime: Duration) -> Bool {
    poll.due <= uptime && backlog.isUrgent(poll, at: uptime)
  }

  /// From those that wait to those that are due.
  private mutating func gather(at uptime: Duration) {
    while let next = waiting.min, next.due <= uptime {
      waiting.removeMin()
      backlog.append(next, at: uptime)
    }
    backlog.sort(at: uptime)
  }

  private mutating func stepPrice(at uptime: Duration) {
    guard price.isDue(at: uptime) else { return }
    price.step(
      CallPrice.Load(
        demand: demand, rate: limiter.rate, calls: dueCalls, unplanned: unplannedCalls,
        backlog: backlog.countedCount, jobs: count),
      at: uptime)
    (dueCalls, unplannedCalls) = (0, 0)
  }

  /// Whatever the price and the bucket.
  mutating func takeFirst(at uptime: Duration) -> ScheduledPoll? {
    guard !backlog.isEmpty, let allowed = limiter.readyAt(uptime, isUrgent: true),
      allowed <= uptime, let poll = backlog.removeFirst()
    else { return nil }
    return spend(poll, at: uptime, isDue: true)
  }

  mutating func spend(
    _ poll: ScheduledPoll, at uptime: Duration, isDue: Bool = false
  ) -> ScheduledPoll {
    limiter.spend(at: uptime)
    bucket.spend(at: uptime, rate: limiter.rate)
    demandUnits -= poll.demandUnits
    guard poll.isCounted else { return poll }
    if isDue { dueCalls += 1 }
    if !poll.isPlanned { unplannedCalls += 1 }
    return poll
  }

  /// As it is planned at the price of now, if it is not due then; nil: it is.
  private func putOff(
    _ poll: ScheduledPoll, at uptime: Duration, from book: inout DurationBook
  ) -> ScheduledPoll? {
    guard poll.isPlanned else { return nil }
    var later = poll
    later.plan(by: book.plan(of: poll.type, price: price.value, at: uptime))
    return later.due > uptime ? later : nil
  }

  // MARK: Calls to spare

  /// When the next job may be tried before it is due; nil: not at all.
  private func earlyAt(_ uptime: Duration, rate: Double) -> Duration? {
    guard price.value > price.least, let next = waiting.min, next.isPlanned else { return nil }
    return max(nextEarly, bucket.readyAt(uptime, rate: rate, isEarly: true))
  }

  private mutating func takeEarly(
    at uptime: Duration, rate: Double, from book: inout DurationBook
  ) -> ScheduledPoll? {
    guard let early = earlyAt(uptime, rate: rate), early <= uptime, var next = waiting.min else {
      return nil
    }
    next.plan(by: book.plan(of: next.type, price: price.value * Self.earlyPrice, at: uptime))
    guard next.due <= uptime else {
      // Another may come before it meanwhile.
      nextEarly = min(next.due, uptime + Self.earlyRest)
      return nil
    }
    return spend(waiting.removeMin(), at: uptime)
  }

  // MARK: Order

  /// The backlog by this, the least first; those whose record may soon be deleted stay before all.
  mutating func reorder(at uptime: Duration, by rank: (ScheduledPoll) -> Double) {
    gather(at: uptime)
    backlog.reorder(by: rank)
  }
}
