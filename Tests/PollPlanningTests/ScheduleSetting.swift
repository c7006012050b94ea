import TestSupport
@testable import JobWatchCore
import JobWatchCore
@testable import PollPlanning

/// Knows one type, of jobs without memory that take 1000 s.
struct ScheduleSetting {
  var book = DurationBook()
  let law: DurationBook.ID

  init() {
    law = book.id(of: DurationKey(service: "ecs", jobType: "createServer", region: "eu-de"))
    var (model, random) = (DurationModel(), SeededGenerator(21))
    for _ in 0..<500 {
      let age = 1000 * Double.random(in: 0.5...1.5, using: &random)
      model.finish(.at(age), of: WatchedSpan())
    }
    book.learned(model, of: law)
  }

  /// Last seen at an age, at some uptime; not due before it is planned.
  func ticket(_ job: Int64, known: Double = 0, at uptime: Duration = .zero) -> ScheduledPoll {
    ScheduledPoll(
      job: job, endpoint: PollQueue.Endpoint(number: 0), law: law, salt: UInt32(job),
      span: WatchedSpan(known: known), isWatched: true, knownAt: uptime)
  }

  mutating func planned(_ ticket: ScheduledPoll, price: Double) -> ScheduledPoll {
    var ticket = ticket
    ticket.plan(by: book.plan(of: ticket.law, price: price, at: .zero))
    return ticket
  }

  func due(_ ticket: ScheduledPoll, at due: Duration) -> ScheduledPoll {
    var ticket = ticket
    ticket.plan(at: due)
    return ticket
  }
}

extension ScheduleSetting {
  static let quota = Quota(calls: 200, per: .seconds(1))

  static func schedule(
    _ quota: Quota = quota, price: CallPrice = CallPrice(least: 5), retention: Duration? = nil
  ) -> PollSchedule {
    PollSchedule(budget: RateLimiter(cap: quota), price: price, retention: retention)
  }

  /// All that it hands out at one time.
  mutating func takeAll(_ schedule: inout PollSchedule, at uptime: Duration) -> [Int64] {
    var taken: [Int64] = []
    while let ticket = schedule.take(at: uptime, from: &book) {
      schedule.budget.finish(at: uptime)
      taken.append(ticket.job)
    }
    return taken
  }
}
