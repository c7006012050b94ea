import JobWatchCore
import JobWatchStore
import PollPlanning
import Testing

@testable import jobwatch

@Suite struct `What is told of a quota` {
  private let start = Moment(wall: Timestamp(milliseconds: 1_795_000_000_000), uptime: .hours(1))

  /// Ten calls at once, and a record right after them; then what is told some time later.
  private func told(
    cap: Quota?, throttle: Throttle? = nil, after wait: Duration
  ) -> (view: QuotaStatus, words: String) {
    var budget = RateLimiter(cap: cap)
    for _ in 0..<10 {
      budget.spend(at: start.uptime)
      budget.finish(at: start.uptime)
    }
    if let throttle { budget.throttled(throttle, at: start.uptime) }
    let record = budget.record(at: start.uptime).stored(
      as: EndpointKey(account: "prod", service: "ecs"), at: start.wall)
    let now = Moment(wall: start.wall + wait, uptime: start.uptime + wait)
    let view = QuotaStatus(record, at: now)
    return (view, view.words(at: now.wall))
  }

  @Test func `is the limit, what of it is used, and since when that is known`() {
    let cap = Quota(calls: 100, per: .minutes(1))
    let (view, words) = told(cap: cap, after: .seconds(4))
    #expect(view.source == "configured" && view.usedCalls == 10 && view.blockedUntil == nil)
    #expect(
      words == "At most 95 calls in 1 m 3 s, 95 % of the configured quota, over a window 5 % longer; "
        + "10 of them used as of 4 s ago.")
    #expect(told(cap: cap, after: .seconds(64)).view.usedCalls == 0)
    #expect(told(cap: nil, after: .zero).view.source == "assumed")
  }

  @Test func `is the end of a pause that the cloud asked for`() {
    let throttle = Throttle(limit: 40, window: .minutes(1), code: "")
    let (view, words) = told(cap: nil, throttle: throttle, after: .seconds(3))
    #expect(view.source == "cloud" && view.limitCalls == 38)
    #expect(view.blockedUntil == start.wall + .seconds(63))
    #expect(words.hasSuffix("(in 1 m): the cloud asked for fewer."))
    #expect(told(cap: nil, throttle: throttle, after: .seconds(64)).view.blockedUntil == nil)
  }
}
