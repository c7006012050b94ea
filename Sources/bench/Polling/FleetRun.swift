import JobWatchCore

/// A fleet of jobs in simulated time, watched by the product's own schedule, budget and book. Answers take no time.
struct FleetRun {
  /// A job that was seen to have ended.
  struct Found {
    /// Seconds of the run.
    var endedAt: Float
    var latency: Float
    var type: UInt8
  }

  private struct FleetJob {
    /// The uptime in milliseconds; may be before the start.
    var begin: Int64
    /// Milliseconds; `.max`: it never ends.
    var duration: Int64
    var type: UInt8
    /// The uptime in milliseconds; `.max`: it was seen to have ended.
    var seenAt: Int64

    init(begin: Int64, duration: Int64, type: Int) {
      self.begin = begin
      self.duration = duration
      self.type = UInt8(type)
      seenAt = max(begin, 0)
    }

    var isWatched: Bool { seenAt != .max }
  }

  let script: FleetScript
  private(set) var found: [Found] = []
  private(set) var cloud: FleetCloud
  /// Every five seconds.
  private(set) var prices: [Double] = []
  /// Jobs that ended and were not seen to, at the end of the run.
  private(set) var unseen = 0
  private(set) var deadlines = FleetDeadlines()

  private let scale: FleetScale
  private var schedule: PollSchedule
  private var book: DurationBook
  private var keys: [DurationBook.ID] = []
  private var jobs: [FleetJob] = []
  private var random: SeededRandom
  private var now: Int64 = 0
  private var nextBegin = 0.0

  private static let tick: Int64 = 10
  /// One of whose job types nothing is shipped.
  private static let service = "evs"

  /// - Parameter price: that at which the fleet's calls fit the quota.
  init(_ script: FleetScript, scale: FleetScale, price: Double) {
    self.script = script
    self.scale = scale
    random = SeededRandom(2025)
    cloud = FleetCloud(quota: scale.quota)
    let ceiling = min(3600, (script.retention ?? .days(1)).seconds / 4)
    book = DurationBook(bounds: [Self.service: PollBounds(ceiling: ceiling)])
    schedule = PollSchedule(
      budget: RateLimiter(cap: scale.quota),
      price: CallPrice(least: 5, value: script.taught > 0 ? price : nil),
      retention: script.retention)
    for (index, type) in FleetType.all.enumerated() {
      let key = book.id(of: DurationKey(service: Self.service, jobType: type.name, region: "eu-de"))
      if script.taught > 0 {
        book.learned(type.trained(on: script.taught, seed: UInt64(index)), of: key)
      }
      keys.append(key)
    }
    enterRunning(price: price)
    run()
  }

  private var uptime: Duration { .milliseconds(now) }

  private mutating func run() {
    let end = Int64(script.minutes) * 60_000
    while now < end {
      now += Self.tick
      begin()
      if now % 5000 == 0 { prices.append(schedule.price.value) }
      if now % 60_000 == 0 { turn(minute: Int(now / 60_000)) }
      if let outage = script.outage, outage.contains(Int(now / 60_000)) { continue }
      while let ready = schedule.readyAt(uptime), ready <= uptime,
        let ticket = schedule.take(at: uptime, from: &book)
      {
        ask(ticket)
      }
    }
    let hidden = jobs.count { $0.duration != .max && $0.begin + $0.duration <= end }
    unseen = hidden - found.count
  }

  /// What the script says of this minute.
  private mutating func turn(minute: Int) {
    if let share = script.shares.first(where: { $0.minute == minute })?.share {
      cloud.quota = scale.quota(share)
      // That it has become more, a restart with another configuration tells; that it is less, the cloud.
      if share == 1 { schedule.budget = cloud.budget(at: now) }
    }
    if script.outage?.upperBound == minute {
      schedule.spread(at: uptime, by: &book)
      if let retention = script.retention { setDeadlines(retention.milliseconds) }
    }
  }
}

// MARK: Jobs

extension FleetRun {
  /// Those of the jobs of the last day that still run: each was asked for as it would have been at the price that fits;
  /// where nothing was learned before, each is seen right now, for the first time.
  private mutating func enterRunning(price: Double) {
    for back in stride(from: 0, to: 100_000, by: 1 / scale.beginsPerSecond) {
      let (type, duration) = draw()
      var job = FleetJob(begin: -Int64(back * 1000), duration: duration, type: type)
      if duration == .max { continue }
      if script.taught > 0 {
        let known = lastPoll(of: job, book.plan(of: keys[type], price: price, at: .zero))
        job.seenAt = job.begin + Int64(1000 * known)
      }
      if job.begin + duration > job.seenAt {
        enter(job, from: Double(job.seenAt - job.begin) / 1000)
      }
    }
  }

  /// The age at which a job was last asked for before the start; 0: never.
  private mutating func lastPoll(of job: FleetJob, _ plan: PollPlan) -> Double {
    let age = -Double(job.begin) / 1000
    var (known, next) = (0.0, plan.nextAge(after: 0) * (0.95 + 0.1 * random.unit()))
    while next <= age { (known, next) = (next, plan.nextAge(after: next)) }
    return known
  }

  private mutating func draw() -> (type: Int, duration: Int64) {
    let type = FleetType.index(using: &random)
    let duration = FleetType.all[type].law.sample(using: &random)
    return (type, random.unit() < FleetType.hungShare ? .max : Int64(duration * 1000))
  }

  private mutating func begin() {
    while nextBegin * 1000 <= Double(now) {
      let (type, duration) = draw()
      enter(
        FleetJob(begin: Int64(nextBegin * 1000), duration: duration, type: type),
        from: 0)
      nextBegin += TrueLaw.exponential(mean: 1 / scale.beginsPerSecond).sample(using: &random)
    }
  }

  private mutating func enter(_ job: FleetJob, from: Double) {
    let age = Double(job.seenAt - job.begin) / 1000
    var salt = StableHash()
    salt.combine(UInt64(jobs.count))
    var ticket = ScheduledPoll(
      job: Int64(jobs.count), law: keys[Int(job.type)],
      salt: UInt32(truncatingIfNeeded: salt.value),
      span: WatchedSpan(from: from, known: age), isWatched: true,
      knownAt: .milliseconds(job.seenAt))
    jobs.append(job)
    book.watch(ticket.span, of: ticket.law)
    plan(&ticket, after: job.seenAt)
    schedule.add(ticket)
  }

  private mutating func plan(_ ticket: inout ScheduledPoll, after time: Int64) {
    if let gap = script.fixed {
      ticket.plan(at: .milliseconds(time) + gap)
    } else {
      ticket.plan(by: book.plan(of: ticket.law, price: schedule.price.value, at: uptime))
    }
  }
}

extension FleetRun {
  /// Of every job in the schedule: its record may be deleted from then on.
  private mutating func setDeadlines(_ retention: Int64) {
    let watched = jobs.indices.filter { jobs[$0].isWatched }
    deadlines = FleetDeadlines(
      watched.map { (Int64($0), jobs[$0].seenAt + retention) }, at: now,
      limit: SlidingWindow(scale.quota))
  }
}

// MARK: Calls

extension FleetRun {
  private mutating func ask(_ taken: ScheduledPoll) {
    schedule.budget.finish(at: uptime)
    if let throttle = cloud.call(at: now) {
      schedule.budget.throttled(throttle, at: uptime)
      return schedule.add(taken)
    }
    deadlines.see(taken.job, at: now)
    let job = jobs[Int(taken.job)]
    let age = now - job.begin
    jobs[Int(taken.job)].seenAt = job.duration <= age ? .max : now
    if job.duration <= age {
      find(job, taken, late: age - job.duration)
    } else {
      keep(taken, at: Double(age) / 1000)
    }
  }

  private mutating func find(_ job: FleetJob, _ ticket: ScheduledPoll, late: Int64) {
    found.append(
      Found(
        endedAt: Float(now - late) / 1000, latency: Float(late) / 1000, type: job.type))
    if script.fixed == nil {
      var model = book.model(of: ticket.law, at: uptime)
      model.finish(.at(Double(job.duration) / 1000), of: ticket.span)
      book.learned(model, of: ticket.law)
    }
    book.unwatch(ticket.span, of: ticket.law)
  }

  private mutating func keep(_ taken: ScheduledPoll, at age: Double) {
    var ticket = taken
    book.unwatch(ticket.span, of: ticket.law)
    ticket.see(
      WatchedSpan(from: ticket.span.from, known: age), of: ticket.law, isWatched: true, at: uptime)
    book.watch(ticket.span, of: ticket.law)
    plan(&ticket, after: now)
    schedule.add(ticket)
  }
}
