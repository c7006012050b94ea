import Glibc
import JobWatchCore
import PollPlanning
import TestSupport

/// What the queue takes of a machine, with a million jobs of which 33,000 are asked for in a second.
struct ScheduleCost {
  private static let jobs = 1_000_000
  /// Calls a second that have to be made, and that the quota grants. The price leaves some, and the jobs do not want all.
  private static let (rate, granted) = (33_000, 37_000)
  private static let seconds = 20
  /// Seconds a call: that at which a million of these jobs ask for about so many calls.
  private static let price = 1.0

  /// Microseconds of processor time from one call to that job's next place in the schedule.
  let fire: Double
  private let calls: Int
  /// Microseconds a job, to put all in order after an outage.
  let reorder: Double
  /// Resident bytes a job: with all waiting, after many calls, and the most with all due at once.
  let bytes: (waiting: Double, later: Double, due: Double)

  init() throws {
    var (queue, endpoint) = Self.taught()
    let empty = try MemoryUse(of: getpid()).resident
    Self.fill(&queue)
    let filled = try MemoryUse(of: getpid()).resident
    var (now, fires) = (Int64(0), 0)
    let start = try ProcessUsage.cpuSeconds()
    while now < Self.seconds * 1000 {
      now += 10
      let uptime = Duration.milliseconds(now)
      while let poll = queue.take(from: endpoint, at: uptime) {
        queue[limiter: endpoint].finish(at: uptime)
        let known = poll.span.known + (uptime - poll.knownAt).seconds
        let basis = queue.basis(of: poll, at: uptime)
        queue.record(
          PollOutcome(
            next: .after(basis.pace.gap(after: known, jitterSeed: poll.jitterSeed)), isFinal: false,
            sighting: PollOutcome.Sighting(span: WatchedSpan(known: known), isWatched: true)),
          of: poll, basis, at: Moment(wall: Timestamp(milliseconds: now), uptime: uptime))
        fires += 1
      }
    }
    let end = try ProcessUsage.cpuSeconds()
    fire = (end - start) * 1e6 / Double(max(fires, 1))
    let later = try MemoryUse(of: getpid()).resident
    queue.spread(at: .milliseconds(now) + .hours(2))
    reorder = (try ProcessUsage.cpuSeconds() - end) * 1e6 / Double(Self.jobs)
    let due = try MemoryUse(of: getpid()).resident
    let each = { ($0 - empty) / Double(Self.jobs) }
    bytes = (each(filled), each(later), each(due))
    calls = fires
  }

  var figures: [Figure] {
    [
      Figure(
        name: "time of a call's place in the schedule, a million jobs", value: fire, unit: "µs",
        limit: .atMost(3)),
      Figure(
        name: "calls a second in that measurement", value: Double(calls / Self.seconds), unit: "/s",
        limit: .atLeast(Double(Self.rate))),
      Figure(
        name: "memory of the schedule for a job", value: bytes.waiting, unit: "bytes",
        limit: .atMost(100)),
      Figure(
        name: "memory of the schedule for a job, after many calls", value: bytes.later,
        unit: "bytes", limit: .atMost(100)),
      Figure(
        name: "memory of the schedule for a job, all put in order", value: bytes.due, unit: "bytes"
      ),
      Figure(name: "time to put a job in order after an outage", value: reorder, unit: "µs"),
    ]
  }
}

extension ScheduleCost {
  private static let key = EndpointKey(account: "bench", service: "ecs")
  private static let types = FleetType.all.map {
    DurationKey(service: key.service, jobType: $0.name, region: "eu-de")
  }

  /// Knows ten types.
  private static func taught() -> (PollQueue, PollQueue.Endpoint) {
    var queue = PollQueue(
      polling: PollPolicy(price: .milliseconds(1)),
      retention: [key.service: RetentionPolicy(finished: .days(1))])
    let endpoint = queue.addEndpoint(
      key, quota: Quota(calls: granted * 1106 / 1000, per: .seconds(1)), price: price)
    for (index, type) in FleetType.all.enumerated() {
      queue.learned(type.trained(on: 1000, seed: UInt64(index)), of: types[index])
    }
    return (queue, endpoint)
  }

  /// With jobs of all ages, as they are when each was asked for at some time in its gap. Some at a time: their rows take
  /// several times the memory of their places.
  private static func fill(_ queue: inout PollQueue) {
    let start = Moment(wall: Timestamp(milliseconds: 0), uptime: .zero)
    let plans = types.map { queue.plan(of: $0, price: price, at: .zero) }
    var random = SeededGenerator(7)
    for first in stride(from: 0, to: jobs, by: 1000) {
      let rows = (first..<first + 1000).map { job in
        let (type, known) = (job % types.count, 600 * random.unit())
        let gap = plans[type].gap(after: known, jitterSeed: UInt32(job))
        return ScheduledJob(
          id: Int64(job), endpoint: key, type: types[type], jitterSeed: UInt32(job),
          state: .running,
          span: WatchedSpan(known: known), isWatched: true,
          knownAt: start.wall - gap.scaled(by: random.unit()), dueAt: start.wall, isFresh: true)
      }
      queue.add(rows, at: start)
    }
  }
}
