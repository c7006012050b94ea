import JobWatchCore
import TestSupport
import TestTraits
import Testing

@testable import PollPlanning

@Suite(.aside) struct `A limiter` {
  /// The most calls in any stretch of `window`.
  private func most(_ calls: [Duration], in window: Duration) -> Int {
    var (first, most) = (0, 0)
    for (last, time) in calls.enumerated() {
      while time - calls[first] >= window { first += 1 }
      most = max(most, last - first + 1)
    }
    return most
  }

  /// Calls as soon as it may, or a random while later.
  private func call(
    _ limiter: inout RateLimiter, from start: Duration, for span: Duration, eager: Bool,
    isUrgent: Bool = true, _ random: inout SeededGenerator
  ) -> [Duration] {
    var (time, calls) = (start, [Duration]())
    while true {
      time = max(time, limiter.readyAt(time, isUrgent: isUrgent) ?? time)
      if !eager { time += random.duration(.zero ... .milliseconds(40)) }
      guard time < start + span else { return calls }
      limiter.spend(at: time)
      limiter.finish(at: time)
      calls.append(time)
    }
  }

  static let quotas = [
    Quota(calls: 1, per: .seconds(1)), Quota(calls: 20, per: .seconds(1)),
    Quota(calls: 200, per: .minutes(1)), Quota(calls: 8000, per: .minutes(1)),
  ]

  @Test("never makes more calls than the configured share in any window", arguments: quotas)
  func cap(_ quota: Quota) {
    var random = SeededGenerator(3)
    for eager in [true, false] {
      var limiter = RateLimiter(cap: quota)
      let calls = call(&limiter, from: .zero, for: quota.per * 4, eager: eager, &random)
      let share = max(1, Int(Double(quota.calls) * 0.95))
      #expect(most(calls, in: quota.per.scaled(by: 1.05)) <= share)
      #expect(calls.count >= (eager ? share * 3 : 1))
    }
  }

  /// A rate of 1.6 a second is below 3 a second, and yet 95 at once are too many for one second.
  @Test(
    "keeps to the share and to what the cloud told at once",
    arguments: quotas, quotas + [Quota(calls: 3, per: .seconds(1))])
  func both(_ share: Quota, _ told: Quota) {
    var random = SeededGenerator(4)
    var limiter = RateLimiter(cap: share)
    let before = call(&limiter, from: .zero, for: .seconds(5), eager: true, &random)
    let throttle = Throttle(limit: told.calls, window: told.per, code: "APIGW.0308")
    limiter.throttled(throttle, at: .seconds(5))
    let span = max(share.per, told.per) * 3
    let after = call(&limiter, from: .seconds(5), for: span, eager: true, &random)
    #expect((after.first ?? .zero) >= .seconds(5) + told.per)
    for quota in [share, told] {
      let limit = max(1, Int(Double(quota.calls) * 0.95))
      #expect(most(after, in: quota.per.scaled(by: 1.05)) <= limit)
    }
    #expect(most(before + after, in: share.per) <= share.calls)
  }

  @Test("keeps a few calls of each window for urgent ones, and no more", arguments: quotas)
  func reserve(_ quota: Quota) {
    var random = SeededGenerator(8)
    var limiter = RateLimiter(cap: quota)
    let limit = SlidingWindow(quota)
    // All at once: what is left then is what an urgent call finds.
    let calls = call(&limiter, from: .zero, for: .milliseconds(1), eager: true, isUrgent: false, &random)
    #expect(calls.count == limit.calls - limit.reserve)
    #expect(limit.reserve == (limit.calls < 10 ? 0 : max(1, limit.calls / 50)))
    let urgent = call(&limiter, from: .zero, for: .milliseconds(1), eager: true, &random)
    #expect(urgent.count == limit.reserve)
    // What the price aims at is there.
    let span = limit.window * 10
    let later = call(&limiter, from: span, for: span, eager: true, isUrgent: false, &random)
    #expect(Double(later.count) >= (limiter.rate * 0.98 * span.seconds).rounded(.down))
  }

  @Test func `that nobody named starts at 20 a second and doubles per quiet minute to 100`() {
    var random = SeededGenerator(5)
    var limiter = RateLimiter()
    let calls = call(&limiter, from: .zero, for: .minutes(5), eager: true, &random)
    let perSecond = (0..<300).map { second in
      calls.count { $0 >= .seconds(second) && $0 < .seconds(second + 1) }
    }
    #expect([30, 90, 150, 210, 270].map { perSecond[$0] } == [20, 40, 80, 100, 100])
    #expect(most(calls, in: .seconds(1)) == 100)
  }

  @Test func `that was throttled grants nothing inside the window, and obeys Retry-After`() {
    let rows: [(Throttle, Duration)] = [
      (Throttle(code: ""), .seconds(1)),
      (Throttle(window: .minutes(1), code: ""), .minutes(1)),
      (Throttle(retryAfter: .minutes(7), code: ""), .minutes(7)),
      (Throttle(limit: 9, window: .minutes(1), retryAfter: .seconds(3), code: ""), .minutes(1)),
    ]
    for (throttle, wait) in rows {
      var limiter = RateLimiter()
      limiter.throttled(throttle, at: .seconds(10))
      let first = limiter.readyAt(.seconds(10)) ?? .zero
      #expect(first >= .seconds(10) + wait)
      limiter.throttled(Throttle(code: ""), at: .seconds(10))
      #expect(limiter.readyAt(.seconds(10)) ?? .zero >= first)
    }
  }

  @Test func `falls to seven tenths once per window, and goes back near what failed but slowly`() {
    var random = SeededGenerator(6)
    var limiter = RateLimiter()
    for late in 0..<10 { limiter.throttled(Throttle(code: ""), at: .milliseconds(50 * late)) }
    let once = call(&limiter, from: .seconds(2), for: .seconds(5), eager: true, &random)
    #expect(most(once, in: .seconds(1)) == 14)
    limiter.throttled(Throttle(code: ""), at: .seconds(7))
    let twice = call(&limiter, from: .seconds(7), for: .seconds(59), eager: true, &random)
    #expect(most(twice, in: .seconds(1)) == 9)
    // 14 failed: 13 is the most for an hour, then a little more.
    let grown = call(&limiter, from: .seconds(66), for: .minutes(30), eager: true, &random)
    #expect(most(grown, in: .seconds(1)) == 13)
    for hour in 1...3 { _ = call(&limiter, from: .hours(hour) + .minutes(5), for: .minutes(3), eager: true, &random) }
    let later = call(&limiter, from: .hours(4), for: .minutes(5), eager: true, &random)
    #expect((14...17).contains(most(later, in: .seconds(1))))
  }

  @Test func `never falls below one call, and a limit of none is not believed`() {
    var limiter = RateLimiter()
    // The calls of a second: 20, 14, 9, 6, 4, 2, 1.
    for window in 0..<6 {
      limiter.throttled(Throttle(limit: 0, window: .seconds(1), code: ""), at: .seconds(2 * window))
    }
    #expect(limiter.readyAt(.seconds(100)) ?? .zero <= .seconds(100))
    limiter.spend(at: .seconds(100))
    #expect(limiter.readyAt(.seconds(100)) == nil)
    limiter.finish(at: .seconds(100))
    #expect(limiter.readyAt(.seconds(100)) == .seconds(101))
  }

  /// Every call is throttled for an hour, without a word on the limit, and none after that.
  @Test func `calls ever more rarely, down to about once a minute, while one call is too many`() {
    var limiter = RateLimiter()
    var (time, calls) = (Duration.zero, [Duration]())
    while time < .hours(2) {
      time = max(time, limiter.readyAt(time) ?? time)
      limiter.spend(at: time)
      limiter.finish(at: time)
      calls.append(time)
      if time < .hours(1) { limiter.throttled(Throttle(code: ""), at: time) }
    }
    let early = calls.filter { $0 < .hours(1) }
    let gaps = zip(early.dropFirst(), early).map { ($0.0 - $0.1).seconds }
    #expect(gaps.prefix(14) == [1, 1, 1, 1, 1, 1, 2, 4, 8, 16, 32, 64, 64, 64])
    #expect(early.count < 70)
    let perMinute = (60..<120).map { minute in
      calls.count { $0 >= .minutes(minute) && $0 < .minutes(minute + 1) }
    }
    #expect(perMinute[5] <= 1, "it does not run into the same answer again at once")
    #expect(perMinute[25] >= 59, "it is back at a call a second")
  }

  @Test func `finds a limit of less than a call a second that nobody named`() {
    var limiter = RateLimiter()
    var (time, taken, throttled) = (Duration.zero, [Duration](), 0)
    while time < .hours(3) {
      time = max(time, limiter.readyAt(time) ?? time)
      limiter.spend(at: time)
      limiter.finish(at: time)
      if let last = taken.last, time - last < .seconds(10) {
        limiter.throttled(Throttle(code: ""), at: time)
        throttled += 1
      } else {
        taken.append(time)
      }
    }
    #expect(taken.count > 500)
    #expect(throttled < taken.count / 5, "\(throttled) of \(taken.count)")
  }

  @Test func `may keep to the cloud's word for a year`() {
    var limiter = RateLimiter(cap: Quota(calls: 20, per: .seconds(1)))
    var time = Duration.zero
    for _ in 0..<200_000 {
      time = max(time + .minutes(2), limiter.readyAt(time) ?? time)
      limiter.spend(at: time)
      limiter.finish(at: time)
    }
    #expect(limiter.readyAt(time) ?? .zero <= time)
  }

  /// The cloud counts a call at some moment between its start and its answer.
  @Test func `is kept at the cloud's door, however long an answer takes`() {
    var random = SeededGenerator(7)
    var limiter = RateLimiter(cap: Quota(calls: 20, per: .seconds(1)))
    var (time, underWay, counted) = (Duration.zero, [Duration](), [Duration]())
    while time < .seconds(60) {
      underWay.sort()
      while let end = underWay.first, end <= time {
        limiter.finish(at: end)
        underWay.removeFirst()
      }
      if let ready = limiter.readyAt(time), ready <= time {
        limiter.spend(at: time)
        let took = random.duration(.milliseconds(1) ... .milliseconds(900))
        counted.append(time + random.duration(.zero...took))
        underWay.append(time + took)
      } else {
        time += .milliseconds(1)
      }
    }
    #expect(most(counted.sorted(), in: .seconds(1)) <= 20)
    #expect(counted.count > 60 * 9)
  }
}
