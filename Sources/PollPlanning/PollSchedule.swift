import HeapModule
import JobWatchCore

/// The watched jobs of one endpoint by their due times, with the endpoint's rate limiter and its price of a call.
///
/// ```
///            due                    polled
///  waiting ------> backlog ------------------------> out of the schedule, until it is added again
///     ^               |  dearer now: not due yet         ^
///     +---------------+                                  |
///     +--------------------------------------------------+
///        calls to spare, and nearly due: polled early
/// ```
/// A job is planned at the price of its last poll, and again when its turn comes: if a call is dearer by then, the job
/// waits on. So a change of the price touches no job that waits. While the price is above the user's and calls are to
/// spare, the next job is polled early, if it would be due at a quarter of the price: after half its gap.
///
/// A job whose record may soon be deleted goes before all others, whatever the price (`PollBacklog`).
struct PollSchedule: Sendable {
  var limiter: RateLimiter
  var price: CallPrice
  private var waiting = Heap<ScheduledPoll>()
  private var backlog: PollBacklog
  private var bucket = TokenBucket()
  private var demandUnits: Int64 = 0
  /// Due calls since the price's last step, and those of them whose time no price moves.
  private var (dueCalls, unplannedCalls) = (0, 0)
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

  /// The number of due jobs. Looks at each: 5 ms for a million.
  func due(at uptime: Duration) -> Int {
    backlog.count + waiting.unordered.count { $0.due <= uptime }
  }

  /// The next one that is due, or will be.
  var first: ScheduledPoll? { backlog.first ?? waiting.min }

  /// Divided by √(2·c), the calls a second that the jobs would need at price c.
  var demand: Double { Double(demandUnits) / ScheduledPoll.demandScale }

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

  func readyAt(_ uptime: Duration, probe: ProbeChoice? = nil) -> Duration? {
    guard let first else { return nil }
    if let probe, hasOther(than: probe) { return limiter.readyAt(uptime, isUrgent: true) }
    // Only `take` looks through the line for urgent jobs, now and then.
    let isFirst = probe != nil || backlog.hasUrgent || (backlog.isEmpty && isUrgentNow(first, at: uptime))
    guard let allowed = limiter.readyAt(uptime, isUrgent: isFirst) else { return nil }
    let due = backlog.isEmpty ? max(first.due, allowed) : allowed
    if isFirst { return due }
    let rate = limiter.rate
    let paced = max(due, bucket.readyAt(uptime, rate: rate))
    guard let early = earlyAt(uptime, rate: rate) else { return paced }
    return min(paced, max(early, allowed))
  }

  /// The job to poll now, out of the schedule and with its call counted; nil: none is due, or no call may be made.
  /// - Parameter probe: the call is one, which goes by neither price nor bucket. Another job is polled in the place of one
  ///   that it avoids, due or not.
  mutating func take(at uptime: Duration, from book: inout DurationBook, probe: ProbeChoice? = nil) -> ScheduledPoll? {
    gather(at: uptime)
    if let probe { return takeProbe(at: uptime, avoiding: probe) }
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

  /// Takes back the call that `take` counted. The poll stays out of the schedule.
  mutating func withdraw(_ poll: ScheduledPoll) {
    limiter.withdraw()
    bucket.withdraw()
    guard poll.isCounted else { return }
    dueCalls = max(dueCalls - 1, 0)
    if !poll.isPlanned { unplannedCalls = max(unplannedCalls - 1, 0) }
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
  private mutating func takeFirst(at uptime: Duration) -> ScheduledPoll? {
    guard !backlog.isEmpty, let allowed = limiter.readyAt(uptime, isUrgent: true),
      allowed <= uptime, let poll = backlog.removeFirst()
    else { return nil }
    return spend(poll, at: uptime, isDue: true)
  }

  private mutating func spend(_ poll: ScheduledPoll, at uptime: Duration, isDue: Bool = false) -> ScheduledPoll {
    limiter.spend(at: uptime)
    bucket.spend(at: uptime, rate: limiter.rate)
    demandUnits -= poll.demandUnits
    guard poll.isCounted else { return poll }
    if isDue { dueCalls += 1 }
    if !poll.isPlanned { unplannedCalls += 1 }
    return poll
  }

  /// The poll as it is planned at the price of now; nil: it is due at that, too.
  private func putOff(_ poll: ScheduledPoll, at uptime: Duration, from book: inout DurationBook) -> ScheduledPoll? {
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

  private mutating func takeEarly(at uptime: Duration, rate: Double, from book: inout DurationBook) -> ScheduledPoll? {
    guard let early = earlyAt(uptime, rate: rate), early <= uptime, var next = waiting.min else { return nil }
    next.plan(by: book.plan(of: next.type, price: price.value * Self.earlyPrice, at: uptime))
    guard next.due <= uptime else {
      // Another may come before it meanwhile.
      nextEarly = min(next.due, uptime + Self.earlyRest)
      return nil
    }
    return spend(waiting.removeMin(), at: uptime)
  }

  // MARK: Trouble

  /// Puts what is due in the order in which a backlog loses least, at a start and after an outage: jobs whose record may
  /// soon be deleted stay first, then those that have most likely ended since they were last seen.
  mutating func reorderBacklog(at uptime: Duration, by book: inout DurationBook) {
    gather(at: uptime)
    // The distribution of each type is looked up once.
    var known: [DurationBook.ID: DurationDistribution] = [:]
    backlog.reorder { poll in
      let distribution = known[poll.type] ?? book.distribution(of: poll.type, at: uptime)
      known[poll.type] = distribution
      return poll.shareRunning(at: uptime, by: distribution)
    }
  }

  /// The first that is due, or another where that one is avoided.
  private mutating func takeProbe(at uptime: Duration, avoiding choice: ProbeChoice) -> ScheduledPoll? {
    guard hasOther(than: choice) else { return takeFirst(at: uptime) }
    guard let allowed = limiter.readyAt(uptime, isUrgent: true), allowed <= uptime,
      let other = first(where: { !choice.avoided.contains($0.job) }) ?? first(where: { !choice.last.contains($0.job) })
    else { return nil }
    for poll in remove([other.job]) { demandUnits += poll.demandUnits }
    return spend(other, at: uptime, isDue: other.due <= uptime)
  }

  /// Looks at one more job than are avoided, at the most.
  private func hasOther(than choice: ProbeChoice) -> Bool {
    guard let first, choice.last.contains(first.job) || choice.avoided.contains(first.job) else { return false }
    return waiting.unordered.contains { !choice.last.contains($0.job) }
      || backlog.first(where: { !choice.last.contains($0.job) }) != nil
  }

  /// Makes a job due that waits, other than those that are avoided: the witness, or the one whose turn is next.
  mutating func hasten(otherThan choice: ProbeChoice, at uptime: Duration) {
    let isOther = { (poll: ScheduledPoll) in !poll.isLost && !choice.avoided.contains(poll.job) }
    guard backlog.first(where: isOther) == nil else { return }
    let witness = choice.witness.flatMap { job in waiting.unordered.first { $0.job == job } }
    guard let other = witness ?? waiting.unordered.filter(isOther).min() else { return }
    for var poll in remove([other.job]) {
      if poll.due > uptime { poll.plan(at: uptime) }
      add(poll)
    }
  }

  /// Of those that `isWanted` takes. Looks at each: 5 ms for a million, and few probes are made.
  private func first(where isWanted: (ScheduledPoll) -> Bool) -> ScheduledPoll? {
    backlog.first(where: isWanted) ?? waiting.unordered.filter(isWanted).min()
  }
}

extension ScheduledPoll {
  /// The probability that the job still runs.
  fileprivate func shareRunning(at uptime: Duration, by distribution: DurationDistribution) -> Double {
    let then = distribution.survival(at: span.known)
    return isLost || then <= 0 ? 1 : distribution.survival(at: age(at: uptime)) / then
  }
}
