import JobWatchCore
import PollPlanning
import TestSupport

/// A fleet of jobs in simulated time, watched by the product's own queue. Answers take no time. All times are
/// milliseconds of uptime.
struct FleetRun: Sendable {
  private struct FleetJob {
    /// May be before the start.
    var begin: Int64
    /// `.max`: it never ends.
    var duration: Int64
    var type: UInt8
    /// `.max`: it was seen to have ended.
    var seenAt: Int64

    init(begin: Int64, duration: Int64, type: Int) {
      self.begin = begin
      self.duration = duration
      self.type = UInt8(type)
      seenAt = max(begin, 0)
    }
  }

  private(set) var cloud: FleetCloud
  private(set) var deadlines: FleetDeadlines
  /// In seconds, of the ends that were found.
  private var found: [(endedAt: Float, latency: Float)] = []

  private let script: Fleet.Script
  private let scale: Fleet.Scale
  private var queue: PollQueue
  private let endpoint: PollQueue.Endpoint
  private var jobs: [FleetJob] = []
  private var random = SeededGenerator(2025)
  private var now: Int64 = 0
  /// Seconds.
  private var nextBegin = 0.0

  private static let tick: Int64 = 10
  /// A service without shipped priors.
  private static let key = EndpointKey(account: "fleet", service: "evs")
  private static let types = JobType.fleetKeys(key.service)

  /// - Parameter price: that at which the fleet's calls fit the quota.
  init(_ script: Fleet.Script, scale: Fleet.Scale, price: Double) {
    self.script = script
    self.scale = scale
    cloud = FleetCloud(quota: scale.quota)
    deadlines = FleetDeadlines([:], at: 0, quota: scale.quota)
    queue = PollQueue(
      polling: PollPolicy(fixed: script.fixed),
      retention: [Self.key.service: RetentionPolicy(finished: script.retention)])
    endpoint = queue.addEndpoint(Self.key, quota: scale.quota, price: script.isWarm ? price : nil)
    if script.isWarm { queue.learnFleet(Self.types) }
    enterRunning(price: price)
    run()
  }

  /// Seconds, of the jobs that ended in these minutes.
  func latencies(_ minutes: Range<Int>) -> [Double] {
    let seconds = Float(minutes.lowerBound * 60)..<Float(minutes.upperBound * 60)
    return found.filter { seconds.contains($0.endedAt) }.map { Double($0.latency) }
  }

  private var uptime: Duration { .milliseconds(now) }
  private var moment: Moment { Moment(wall: wall(now), uptime: uptime) }
  /// The wall clock began at the uptime zero.
  private func wall(_ uptime: Int64) -> Timestamp { Timestamp(milliseconds: uptime) }

  private mutating func run() {
    while now < Int64(script.minutes) * 60_000 {
      now += Self.tick
      begin()
      if now % 60_000 == 0 { applyEvents(of: Int(now / 60_000)) }
      if let outage = script.outage, outage.contains(Int(now / 60_000)) { continue }
      while let ready = queue.readyAt(endpoint, uptime), ready <= uptime,
        let poll = queue.take(from: endpoint, at: uptime)
      {
        ask(poll)
      }
    }
  }

  private mutating func applyEvents(of minute: Int) {
    if let share = script.shares.first(where: { $0.minute == minute })?.share {
      cloud.quota.calls = Int(Double(scale.quota.calls) * share)
      // Of a smaller quota the cloud tells, of a greater one a restart with another configuration.
      if share == 1 { queue[limiter: endpoint] = cloud.limiter(at: now) }
    }
    guard script.outage?.upperBound == minute else { return }
    queue.reorderBacklog(endpoint, at: uptime)
    guard let retention = script.retention?.milliseconds else { return }
    let watched = jobs.indices.filter { jobs[$0].seenAt != .max }
    deadlines = FleetDeadlines(
      Dictionary(uniqueKeysWithValues: watched.map { (Int64($0), jobs[$0].seenAt + retention) }),
      at: now, quota: scale.quota)
  }

  // MARK: Jobs

  /// Those of the jobs of the last day that still run. Each was polled as it would have been at the price that fits. Where
  /// nothing was learned before, each is seen right now, for the first time.
  private mutating func enterRunning(price: Double) {
    let plans = script.isWarm ? Self.types.map { queue.plan(of: $0, price: price, at: .zero) } : []
    for back in stride(from: 0, to: 100_000, by: 1 / scale.beginsPerSecond) {
      var job = draw(begin: -Int64(back * 1000))
      if job.duration == .max { continue }
      if script.isWarm { job.seenAt = job.begin + Int64(1000 * lastPoll(of: job, plans[Int(job.type)])) }
      if job.begin + job.duration > job.seenAt { enter(job, from: Double(job.seenAt - job.begin) / 1000) }
    }
  }

  /// The age in seconds at which a job was last polled before the start; 0: never.
  private mutating func lastPoll(of job: FleetJob, _ plan: PollPlan) -> Double {
    let age = -Double(job.begin) / 1000
    var (known, next) = (0.0, plan.nextAge(after: 0) * (0.95 + 0.1 * random.unit()))
    while next <= age { (known, next) = (next, plan.nextAge(after: next)) }
    return known
  }

  private mutating func draw(begin: Int64) -> FleetJob {
    let type = JobType.fleet.map(\.share).draw(using: &random)
    let duration = JobType.fleet[type].sample(using: &random)
    return FleetJob(begin: begin, duration: duration.map { Int64($0 * 1000) } ?? .max, type: type)
  }

  private mutating func begin() {
    while nextBegin * 1000 <= Double(now) {
      enter(draw(begin: Int64(nextBegin * 1000)), from: 0)
      nextBegin += KnownDistribution.exponential(mean: 1 / scale.beginsPerSecond).sample(&random)
    }
  }

  private mutating func enter(_ job: FleetJob, from: Double) {
    var seed = StableHash()
    seed.combine(UInt64(jobs.count))
    queue.add(
      [
        ScheduledJob(
          id: Int64(jobs.count), endpoint: Self.key, type: Self.types[Int(job.type)],
          jitterSeed: UInt32(truncatingIfNeeded: seed.value), state: .running,
          span: WatchedSpan(from: from, known: Double(job.seenAt - job.begin) / 1000),
          isWatched: true, knownAt: wall(job.seenAt),
          dueAt: wall(job.seenAt) + (script.fixed ?? .zero), isFresh: true)
      ], at: moment)
    jobs.append(job)
  }

  // MARK: Calls

  private mutating func ask(_ poll: ScheduledPoll) {
    queue[limiter: endpoint].finish(at: uptime)
    if let throttle = cloud.call(at: now) {
      queue[limiter: endpoint].throttled(throttle, at: uptime)
      return queue.putBack(poll)
    }
    deadlines.see(poll.job, at: now)
    let job = jobs[Int(poll.job)]
    let (age, knowledge) = (now - job.begin, queue.knowledge(of: poll, at: uptime))
    let hasEnded = job.duration <= age
    jobs[Int(poll.job)].seenAt = hasEnded ? .max : now
    queue.record(
      hasEnded ? find(job, poll, knowledge) : keep(poll, knowledge, at: Double(age) / 1000), of: poll, knowledge,
      at: moment)
  }

  private mutating func find(_ job: FleetJob, _ poll: ScheduledPoll, _ knowledge: PollQueue.TypeKnowledge)
    -> PollOutcome
  {
    let end = job.begin + job.duration
    found.append((Float(end) / 1000, Float(now - end) / 1000))
    var outcome = PollOutcome(next: .never, isFinal: true, span: poll.span)
    guard script.fixed == nil else { return outcome }
    var model = knowledge.model
    model.finish(.at(Double(job.duration) / 1000), of: poll.span)
    outcome.learned = model
    return outcome
  }

  private func keep(_ poll: ScheduledPoll, _ knowledge: PollQueue.TypeKnowledge, at age: Double) -> PollOutcome {
    PollOutcome(
      next: .after(knowledge.pace.gap(after: age, jitterSeed: poll.jitterSeed)), isFinal: false,
      span: WatchedSpan(from: poll.span.from, known: age), isWatched: true)
  }
}
