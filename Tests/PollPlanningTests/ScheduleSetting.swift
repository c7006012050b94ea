import JobWatchCore
import TestSupport

@testable import JobWatchCore
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
  func poll(_ job: Int64, known: Double = 0, at uptime: Duration = .zero) -> ScheduledPoll {
    ScheduledPoll(
      job: job, endpoint: PollQueue.Endpoint(number: 0), type: law, jitterSeed: UInt32(job),
      span: WatchedSpan(known: known), isWatched: true, knownAt: uptime)
  }

  mutating func planned(_ poll: ScheduledPoll, price: Double) -> ScheduledPoll {
    var poll = poll
    poll.plan(by: book.plan(of: poll.type, price: price, at: .zero))
    return poll
  }

  func due(_ poll: ScheduledPoll, at due: Duration) -> ScheduledPoll {
    var poll = poll
    poll.plan(at: due)
    return poll
  }
}

extension ScheduleSetting {
  static let quota = Quota(calls: 200, per: .seconds(1))

  static func schedule(
    _ quota: Quota = quota, price: CallPrice = CallPrice(least: 5), retention: Duration? = nil
  ) -> PollSchedule {
    PollSchedule(limiter: RateLimiter(cap: quota), price: price, retention: retention)
  }

  /// All that it hands out at one time.
  mutating func takeAll(_ schedule: inout PollSchedule, at uptime: Duration) -> [Int64] {
    var taken: [Int64] = []
    while let poll = schedule.take(at: uptime, from: &book) {
      schedule.limiter.finish(at: uptime)
      taken.append(poll.job)
    }
    return taken
  }
}
