import JobWatchCore
import PollPlanning
import TestSupport

/// A fleet of jobs in simulated time, watched by the product's own queue. Answers take no time.
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
  private var queue: PollQueue
  private let endpoint: PollQueue.Endpoint
  private var jobs: [FleetJob] = []
  private var random: SeededGenerator
  private var now: Int64 = 0
  private var nextBegin = 0.0

  private static let tick: Int64 = 10
  /// A service without shipped priors.
  private static let key = EndpointKey(account: "fleet", service: "evs")
  private static let types = FleetType.all.map {
    DurationKey(service: key.service, jobType: $0.name, region: "eu-de")
  }

  /// - Parameter price: that at which the fleet's calls fit the quota.
  init(_ script: FleetScript, scale: FleetScale, price: Double) {
    self.script = script
    self.scale = scale
    random = SeededGenerator(2025)
    cloud = FleetCloud(quota: scale.quota)
    queue = PollQueue(
      polling: PollPolicy(fixed: script.fixed),
      retention: [Self.key.service: RetentionPolicy(finished: script.retention)])
    endpoint = queue.addEndpoint(
      Self.key, quota: scale.quota, price: script.samples > 0 ? price : nil)
    for (index, type) in FleetType.all.enumerated() where script.samples > 0 {
      queue.learned(
        type.trained(on: script.samples, seed: UInt64(index)), of: Self.types[index])
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
      if now % 5000 == 0 { prices.append(queue.cost(endpoint).now) }
      if now % 60_000 == 0 { turn(minute: Int(now / 60_000)) }
      if let outage = script.outage, outage.contains(Int(now / 60_000)) { continue }
      while let ready = queue.readyAt(endpoint, uptime), ready <= uptime,
        let poll = queue.take(from: endpoint, at: uptime)
      {
        ask(poll)
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
      if share == 1 { queue[limiter: endpoint] = cloud.limiter(at: now) }
    }
    if script.outage?.upperBound == minute {
      queue.spread(endpoint, at: uptime)
      if let retention = script.retention { setDeadlines(retention.milliseconds) }
    }
  }
}

// MARK: Jobs

extension FleetRun {
  /// Those of the jobs of the last day that still run: each was asked for as it would have been at the price that fits;
  /// where nothing was learned before, each is seen right now, for the first time.
  private mutating func enterRunning(price: Double) {
    let plans =
      script.samples > 0 ? Self.types.map { queue.plan(of: $0, price: price, at: .zero) } : []
    for back in stride(from: 0, to: 100_000, by: 1 / scale.beginsPerSecond) {
      let (type, duration) = draw()
      var job = FleetJob(begin: -Int64(back * 1000), duration: duration, type: type)
      if duration == .max { continue }
      if script.samples > 0 {
        job.seenAt = job.begin + Int64(1000 * lastPoll(of: job, plans[type]))
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
    var seed = StableHash()
    seed.combine(UInt64(jobs.count))
    queue.add(
      [
        ScheduledJob(
          id: Int64(jobs.count), endpoint: Self.key, type: Self.types[Int(job.type)],
          jitterSeed: UInt32(truncatingIfNeeded: seed.value), state: .running,
          span: WatchedSpan(from: from, known: age), isWatched: true, knownAt: wall(job.seenAt),
          dueAt: wall(job.seenAt) + (script.fixed ?? .zero), isFresh: true)
      ], at: Moment(wall: wall(now), uptime: uptime))
    jobs.append(job)
  }

  /// The wall clock began at the uptime zero.
  private func wall(_ uptime: Int64) -> Timestamp { Timestamp(milliseconds: uptime) }
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
  private mutating func ask(_ poll: ScheduledPoll) {
    queue[limiter: endpoint].finish(at: uptime)
    if let throttle = cloud.call(at: now) {
      queue[limiter: endpoint].throttled(throttle, at: uptime)
      return queue.putBack(poll)
    }
    deadlines.see(poll.job, at: now)
    let job = jobs[Int(poll.job)]
    let age = now - job.begin
    jobs[Int(poll.job)].seenAt = job.duration <= age ? .max : now
    let basis = queue.basis(of: poll, at: uptime)
    let outcome =
      job.duration <= age
      ? find(job, poll, basis, late: age - job.duration)
      : keep(poll, basis, at: Double(age) / 1000)
    queue.record(outcome, of: poll, basis, at: Moment(wall: wall(now), uptime: uptime))
  }

  private mutating func find(
    _ job: FleetJob, _ poll: ScheduledPoll, _ basis: PollQueue.Basis, late: Int64
  ) -> PollOutcome {
    found.append(
      Found(
        endedAt: Float(now - late) / 1000, latency: Float(late) / 1000, type: job.type))
    var outcome = PollOutcome(next: .never, isFinal: true)
    outcome.sighting = PollOutcome.Sighting(span: poll.span, isWatched: false)
    guard script.fixed == nil else { return outcome }
    var model = basis.model
    model.finish(.at(Double(job.duration) / 1000), of: poll.span)
    outcome.learned = model
    return outcome
  }

  private func keep(_ poll: ScheduledPoll, _ basis: PollQueue.Basis, at age: Double) -> PollOutcome
  {
    PollOutcome(
      next: .after(basis.pace.gap(after: age, jitterSeed: poll.jitterSeed)), isFinal: false,
      sighting: PollOutcome.Sighting(
        span: WatchedSpan(from: poll.span.from, known: age), isWatched: true))
  }
}
