import JobWatchCore
import PollPlanning
import TestSupport

/// The time of a plan, a sample and a look at a plan, and the stored bytes of a type: of the slowest type each.
enum PlanCost {
  static func figures() -> [Figure] {
    // Milliseconds, milliseconds, microseconds, bytes.
    var (plan, learn, look, stored) = (0.0, 0.0, 0.0, 0)
    for type in JobType.single {
      var model = DurationModel(type.samples(1000, seed: 5), horizon: type.horizon)
      stored = max(stored, model.bytes.count)
      let distribution = model.distribution()
      for price in [1.0, 5, 20] {
        plan = max(plan, milliseconds { _ = PollPlan(distribution: model.distribution(), price: price) })
      }
      var span = WatchedSpan()
      model.watch(span)
      learn = max(
        learn,
        milliseconds {
          model.extend(&span, to: 10)
          model.finish(.between(10, 600), of: span)
          span = WatchedSpan()
          model.watch(span)
        })
      let schedule = PollPlan(distribution: distribution, price: 1)
      let ages = Array(stride(from: 0.0, to: 5000, by: 7))
      let time = milliseconds {
        for age in ages { sink = schedule.gap(after: age, jitterSeed: 7).seconds }
      }
      look = max(look, 1000 * time / Double(ages.count))
    }
    return [
      Figure("time of a plan", plan, "ms", atMost: 2), Figure("time to learn from a job", learn, "ms", atMost: 0.2),
      Figure("time to find a next poll", look, "µs", atMost: 5),
      Figure("stored for a key", Double(stored), "bytes", atMost: 6144),
    ]
  }

  /// The median time of twenty repetitions.
  private static func milliseconds(_ work: () -> Void) -> Double {
    (0..<20).map { _ in ContinuousClock().measure(work).exactSeconds * 1000 }.median
  }

  /// Keeps the compiler from leaving out what is timed.
  nonisolated(unsafe) private static var sink = 0.0
}

/// The time and memory that the queue takes with a million jobs, of which 33,000 are polled in a second.
struct QueueCost {
  private static let jobs = 1_000_000
  /// Calls a second that have to be made, and that the quota grants. The price leaves some, and the jobs do not want all.
  private static let (rate, granted) = (33_000, 37_000)
  private static let seconds = 20
  /// Seconds a call: that at which a million of these jobs ask for about so many calls.
  private static let price = 1.0
  private static let key = EndpointKey(account: "bench", service: "ecs")
  private static let types = JobType.fleetKeys(key.service)

  private var queue = PollQueue(
    polling: PollPolicy(price: .milliseconds(1)), retention: [key.service: RetentionPolicy(finished: .days(1))])
  private let endpoint: PollQueue.Endpoint

  static func figures() throws -> [Figure] {
    var cost = QueueCost()
    let empty = try ProcessUsage.memory()
    cost.fill()
    let filled = try ProcessUsage.memory()
    let start = try ProcessUsage.cpuSeconds()
    let calls = cost.poll()
    let time = (try ProcessUsage.cpuSeconds() - start) * 1e6 / Double(calls)
    let later = try ProcessUsage.memory()
    let each = { ($0 - empty) / Double(jobs) }
    return [
      Figure("time of a call's place in the schedule, a million jobs", time, "µs", atMost: 3),
      Figure("calls a second in that measurement", Double(calls / seconds), "/s", atLeast: Double(rate)),
      Figure("memory of the schedule for a job", each(filled), "bytes", atMost: 100),
      Figure("memory of the schedule for a job, after many calls", each(later), "bytes", atMost: 100),
    ]
  }

  /// Knows ten types.
  private init() {
    endpoint = queue.addEndpoint(
      Self.key, quota: Quota(calls: Self.granted * 1106 / 1000, per: .seconds(1)), price: Self.price)
    queue.learnFleet(Self.types)
  }

  /// With jobs of all ages, each polled at some time in its gap. A thousand at a time, because their rows take several
  /// times the memory of their places.
  private mutating func fill() {
    let start = Moment(wall: Timestamp(milliseconds: 0), uptime: .zero)
    let plans = Self.types.map { queue.plan(of: $0, price: Self.price, at: .zero) }
    var random = SeededGenerator(7)
    for first in stride(from: 0, to: Self.jobs, by: 1000) {
      let rows = (first..<first + 1000).map { job in
        let (type, known) = (job % Self.types.count, 600 * random.unit())
        let gap = plans[type].gap(after: known, jitterSeed: UInt32(job))
        return ScheduledJob(
          id: Int64(job), endpoint: Self.key, type: Self.types[type], jitterSeed: UInt32(job), state: .running,
          span: WatchedSpan(known: known), isWatched: true,
          knownAt: start.wall - gap.scaled(by: random.unit()), dueAt: start.wall, isFresh: true)
      }
      queue.add(rows, at: start)
    }
  }

  /// - Returns: the number of calls.
  private mutating func poll() -> Int {
    var (now, calls) = (Int64(0), 0)
    while now < Self.seconds * 1000 {
      now += 10
      let moment = Moment(wall: Timestamp(milliseconds: now), uptime: .milliseconds(now))
      while let poll = queue.take(from: endpoint, at: moment.uptime) {
        queue[limiter: endpoint].finish(at: moment.uptime)
        let known = poll.span.known + (moment.uptime - poll.knownAt).seconds
        let knowledge = queue.knowledge(of: poll, at: moment.uptime)
        queue.record(
          PollOutcome(
            next: .after(knowledge.pace.gap(after: known, jitterSeed: poll.jitterSeed)), isFinal: false,
            span: WatchedSpan(known: known), isWatched: true), of: poll, knowledge, at: moment)
        calls += 1
      }
    }
    return calls
  }
}
