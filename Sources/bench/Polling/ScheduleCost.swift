import Glibc
import JobWatchCore

/// What the schedule takes of a machine, with a million jobs of which 33,000 are asked for in a second.
struct ScheduleCost {
  private static let jobs = 1_000_000
  /// Calls a second to be made, and to be granted, of which the price leaves some and the jobs do not want all.
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
    var schedule = PollSchedule(
      budget: RateLimiter(cap: Quota(calls: Self.granted * 1106 / 1000, per: .seconds(1))),
      price: CallPrice(least: 0.001, value: Self.price), retention: .days(1))
    var (book, tickets) = Self.fleet()
    let empty = try MemoryUse(of: getpid()).resident
    for ticket in tickets(&book) { schedule.add(ticket) }
    let filled = try MemoryUse(of: getpid()).resident
    var (now, fires) = (Int64(0), 0)
    let start = try ProcessUsage.cpuSeconds()
    while now < Self.seconds * 1000 {
      now += 10
      let uptime = Duration.milliseconds(now)
      while var ticket = schedule.take(at: uptime, from: &book) {
        schedule.budget.finish(at: uptime)
        let known = ticket.span.known + (uptime - ticket.knownAt).seconds
        ticket.see(WatchedSpan(known: known), of: ticket.law, isWatched: true, at: uptime)
        ticket.plan(by: book.plan(of: ticket.law, price: schedule.price.value, at: uptime))
        schedule.add(ticket)
        fires += 1
      }
    }
    let end = try ProcessUsage.cpuSeconds()
    fire = (end - start) * 1e6 / Double(max(fires, 1))
    let later = try MemoryUse(of: getpid()).resident
    schedule.spread(at: .milliseconds(now) + .hours(2), by: &book)
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
  private typealias Tickets = (inout DurationBook) -> AnySequence<ScheduledPoll>

  /// Jobs of ten known types, of all ages, as they are when each was asked for at some time in its gap.
  private static func fleet() -> (DurationBook, Tickets) {
    var book = DurationBook()
    let laws = FleetType.all.enumerated().map { index, type in
      let key = book.id(of: DurationKey(service: "ecs", jobType: type.name, region: "eu-de"))
      book.learned(type.trained(on: 1000, seed: UInt64(index)), of: key)
      return key
    }
    return (
      book,
      { book in
        var random = SeededRandom(7)
        let plans = laws.map { book.plan(of: $0, price: price, at: .zero) }
        return AnySequence(
          (0..<jobs).lazy.map { job in
            let (type, known) = (job % laws.count, 600 * random.unit())
            let gap = plans[type].gap(after: known, salt: UInt32(job))
            var ticket = ScheduledPoll(
              job: Int64(job), law: laws[type], salt: UInt32(job), span: WatchedSpan(known: known),
              isWatched: true, knownAt: .zero - gap.scaled(by: random.unit()))
            ticket.plan(by: plans[type])
            return ticket
          })
      }
    )
  }
}
