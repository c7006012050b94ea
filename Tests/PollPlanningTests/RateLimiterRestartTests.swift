import JobWatchCore
import TestSupport
import TestTraits
import Testing

@testable import PollPlanning

@Suite(.aside) struct `A limiter on record` {
  static let quotas = [
    Quota(calls: 1, per: .seconds(1)), Quota(calls: 20, per: .seconds(1)),
    Quota(calls: 200, per: .seconds(1)), Quota(calls: 12, per: .seconds(10)),
    Quota(calls: 200, per: .minutes(1)), Quota(calls: 3000, per: .minutes(1)),
  ]

  @Test(
    "never grants more calls in any window than its limit, whatever stops the process and the clocks",
    arguments: quotas)
  func crashes(_ quota: Quota) {
    for seed in 0..<UInt64(6) {
      var world = LimiterWorld(cap: quota, longestCall: seed % 3 == 0 ? .zero : quota.per * Int(seed % 3), seed: seed)
      // Of all calls, or a crowd now and then: the window is used up at once, and then empty.
      let step = quota.per.scaled(by: seed % 2 == 0 ? 0.04 : 0.4)
      for _ in 0..<400 {
        world.pass(world.random.duration(.zero...step))
        let isUrgent = Bool.random(using: &world.random)
        let wanted = Int.random(in: 0...quota.calls, using: &world.random)
        let chance = Int.random(in: 0..<100, using: &world.random)
        let lived = world.call(wanted, isUrgent: isUrgent, killedAtSave: chance < 2)
        guard !lived || chance < 6 else { continue }
        if chance == 5 { world.stop() } else { world.kill() }
        if chance == 4 { world.setWallClock(by: world.random.duration(.seconds(-100) ... .seconds(100))) }
        let pause = world.random.duration(.zero...quota.per.scaled(by: 0.3))
        if chance == 3 { world.boot(after: pause) } else { world.start(after: pause) }
      }
      world.kill()
      let limit = SlidingWindow(quota)
      #expect(world.most(in: limit.window) <= limit.calls)
      #expect(world.counted.count > limit.calls)
    }
  }

  @Test("decides after a graceful stop as if there had been none", arguments: [nil] + quotas)
  func gracefulStop(_ cap: Quota?) {
    for seed in 0..<UInt64(8) {
      var random = SeededGenerator(seed)
      var (stayed, time) = (RateLimiter(cap: cap), Duration.seconds(500))
      let step = (cap?.per ?? .seconds(20)).scaled(by: 0.05)
      func use(_ limiter: inout RateLimiter, _ origin: Duration) -> Duration? {
        let ready = limiter.readyAt(time - origin)
        if let ready, ready <= time - origin {
          limiter.spend(at: time - origin)
          limiter.finish(at: time - origin)
        }
        return ready.map { max($0, time - origin) + origin }
      }
      for _ in 0..<400 {
        time += random.duration(.zero...step)
        _ = use(&stayed, .zero)
        if Int.random(in: 0..<200, using: &random) == 0 { stayed.throttled(Throttle(code: "APIGW.0308"), at: time) }
      }
      // Half of the restarts are on a machine that has booted meanwhile.
      let origin = seed % 2 == 0 ? Duration.zero : time
      let wall = Timestamp(milliseconds: 1_764_000_000_000)
      let saved = stayed.record(at: time, isLast: true).stored(as: PollQueueSetting.key, at: wall)
      let pause = random.duration(.zero...step)
      time += pause
      var restored = RateLimiter(cap: cap)
      restored.restore(saved, at: Moment(wall: wall + pause, uptime: time - origin))
      for _ in 0..<400 {
        time += random.duration(.zero...step)
        let (one, other) = (use(&restored, origin), use(&stayed, .zero))
        #expect(one == other)
        #expect(restored.rate == stayed.rate)
      }
    }
  }

  @Test("loses to a crash no more than its record allowed for", arguments: quotas)
  func crashCost(_ quota: Quota) {
    var world = LimiterWorld(cap: quota, longestCall: .zero, seed: 5)
    let limit = SlidingWindow(quota)
    // So far apart that half of the window is used.
    for _ in 0..<limit.calls {
      world.call(1)
      world.pass(.milliseconds(limit.window.milliseconds * 2 / Int64(limit.calls)))
    }
    world.kill()
    let before = world.counted.count { $0 > world.time - limit.window }
    world.start(after: .zero)
    let counted = world.counted.count
    world.call(limit.calls, isUrgent: true)
    world.pass(.zero)
    let most = max(1, limit.calls / 16, Int(Double(limit.calls) / limit.window.seconds) + 1)
    #expect(world.counted.count - counted >= limit.calls - before - 2 * most)
  }

  @Test("is written about once a second at full rate, and seldom otherwise", arguments: quotas)
  func writes(_ quota: Quota) {
    let windows = max(3, Int(20 / quota.per.seconds))
    for step in [0.001, 0.3, 1.3] {
      var world = LimiterWorld(cap: quota, longestCall: .zero, seed: 6)
      let end = quota.per * windows
      while world.time < end {
        world.call(quota.calls)
        world.pass(quota.per.scaled(by: step))
      }
      // One a second, and sixteen for a window that is used up at once.
      #expect(world.records <= Int(end.seconds) + 18)
      #expect(world.records <= world.counted.count)
    }
  }

  @Test(
    "obeys a throttling answer, and keeps what it said, across stops and crashes",
    arguments: [true, false])
  func throttled(isTold: Bool) {
    for seed in 0..<UInt64(40) {
      var world = LimiterWorld(cap: nil, longestCall: .milliseconds(300), seed: seed)
      for _ in 0..<20 {
        world.call(5)
        world.pass(.milliseconds(200))
      }
      world.pass(.seconds(1))
      let told = Quota(calls: 7, per: .seconds(30))
      let retryAfter: Duration? = seed % 2 == 0 ? .seconds(90) : nil
      world.throttle(
        isTold
          ? Throttle(limit: told.calls, window: told.per, retryAfter: retryAfter, code: "APIGW.0308")
          : Throttle(retryAfter: retryAfter, code: ""))
      let (throttled, rate) = (world.time, world.limiter.rate)
      let wait = max(isTold ? told.per : .seconds(1), retryAfter ?? .zero)
      var starts: [Duration] = []
      for _ in 0..<400 {
        if Int.random(in: 0..<8, using: &world.random) == 0 {
          if Bool.random(using: &world.random) { world.stop() } else { world.kill() }
          if Bool.random(using: &world.random) {
            world.boot(after: .milliseconds(100))
          } else {
            world.start(after: .milliseconds(100))
          }
        }
        let before = world.starts.count
        world.call(3, isUrgent: true)
        starts += world.starts[before...]
        world.pass(.milliseconds(500))
        if world.time < throttled + .minutes(1) { #expect(world.limiter.rate == rate) }
      }
      world.kill()
      #expect((starts.first ?? .zero) >= throttled + wait)
      #expect(!starts.isEmpty)
      if isTold {
        let limit = SlidingWindow(told)
        #expect(world.limiter.rate == RateLimiter(cap: told).rate)
        let after = starts.filter { $0 < throttled + wait + limit.window }
        #expect(after.count <= limit.calls)
      }
    }
  }

  @Test func `holds a limit that was configured meanwhile to the calls that were made before`() {
    var random = SeededGenerator(9)
    for _ in 0..<50 {
      // Unconfigured: up to 20 a second, of which only the last ones are remembered.
      var world = LimiterWorld(cap: nil, longestCall: .zero, seed: random.next())
      for _ in 0..<Int.random(in: 1...600, using: &random) {
        world.call(3)
        world.pass(.milliseconds(200))
      }
      if Bool.random(using: &random) { world.stop() } else { world.kill() }
      let quota = Quota(calls: 2000, per: .minutes(10))
      let (limit, stopped) = (SlidingWindow(quota), world.time)
      world.start(after: .seconds(1), cap: quota)
      while world.time < stopped + limit.window * 2 {
        world.call(limit.calls)
        world.pass(.seconds(5))
      }
      #expect(world.most(in: limit.window) <= limit.calls)
    }
  }

  @Test
  func `keeps what was learned of a limit that nobody named while the configured share stays`() {
    let quota = Quota(calls: 100, per: .seconds(1))
    var learned = RateLimiter(cap: quota)
    learned.throttled(Throttle(code: ""), at: .seconds(1))
    let wall = Timestamp(milliseconds: 1_764_000_000_000)
    let record = learned.record(at: .seconds(1)).stored(as: PollQueueSetting.key, at: wall)
    let now = Moment(wall: wall, uptime: .seconds(1))
    var (same, other) = (RateLimiter(cap: quota), RateLimiter(cap: Quota(calls: 50, per: .seconds(1))))
    let fresh = other
    same.restore(record, at: now)
    other.restore(record, at: now)
    #expect(same.rate == learned.rate)
    #expect(learned.rate < RateLimiter(cap: quota).rate)
    #expect(other.rate == fresh.rate)
  }

  @Test func `counts a call that outlasts a graceful stop as ended at the start`() {
    let wall = Timestamp(milliseconds: 1_764_000_000_000)
    for (isOver, ready) in [(true, Duration.seconds(12)), (false, .milliseconds(14_500))] {
      var limiter = RateLimiter(cap: Quota(calls: 1, per: .seconds(10)))
      limiter.spend(at: .seconds(1))
      if isOver { limiter.finish(at: .milliseconds(1500)) }
      let record = limiter.record(at: .seconds(2), isLast: true)
        .stored(as: PollQueueSetting.key, at: wall)
      #expect((record.underWay, record.ahead) == (isOver ? 0 : 1, 0))
      // The cloud may have counted it until just now.
      var next = RateLimiter(cap: Quota(calls: 1, per: .seconds(10)))
      next.restore(record, at: Moment(wall: wall + .seconds(2), uptime: .seconds(4)))
      #expect(next.readyAt(.seconds(4)) == ready)
    }
  }

  @Test func `goes on at the pace to which throttling answers without a limit have brought it`() {
    var limiter = RateLimiter()
    for second in [0, 1, 2, 3, 4, 5, 6, 8, 12, 20] { limiter.throttled(Throttle(code: ""), at: .seconds(second)) }
    let wall = Timestamp(milliseconds: 1_764_000_000_000)
    let record = limiter.record(at: .seconds(40)).stored(as: PollQueueSetting.key, at: wall)
    #expect(record.widened == 16 && record.assumed == SlidingWindow(calls: 1, window: .seconds(16)))
    var restored = RateLimiter()
    restored.restore(record, at: Moment(wall: wall, uptime: .seconds(40)))
    #expect(restored.rate == limiter.rate)
    for minute in [5, 10, 15, 20] { restored.spend(at: .minutes(minute)) }
    #expect(restored.rate == 1, "quiet minutes bring it back to a call a second")
  }

  @Test func `says what is used of its limit, and for how long it is blocked`() {
    var limiter = RateLimiter(cap: Quota(calls: 200, per: .minutes(1)))
    for second in 0..<100 {
      limiter.spend(at: .seconds(second))
      if second < 99 { limiter.finish(at: .seconds(second)) }
    }
    limiter.throttled(Throttle(limit: 100, window: .minutes(1), code: ""), at: .seconds(100))
    let record = limiter.record(at: .seconds(101))
    #expect(record.limit == (95, .seconds(63), "cloud"))
    #expect((61...63).contains(record.used(in: .seconds(63))))
    #expect((1...3).contains(record.used(in: .seconds(63), after: .seconds(60))))
    #expect(record.blockedFor == .seconds(62))
  }

  @Test func `trusts neither the wall clock nor that of another boot`() {
    var limiter = RateLimiter()
    let wall = Timestamp(milliseconds: 1_764_000_000_000)
    let record = limiter.record(at: .seconds(1000)).stored(as: PollQueueSetting.key, at: wall)
    let rows: [(wall: Duration, uptime: Duration, elapsed: Duration)] = [
      (.seconds(5), .seconds(1005), .seconds(5)),
      (.hours(9), .seconds(1005), .seconds(5)),
      (.hours(-9), .seconds(1005), .zero),
      (.seconds(50), .seconds(20), .seconds(20)),
      (.hours(-9), .seconds(20), .zero),
      (.seconds(5), .days(90), .seconds(5)),
    ]
    for row in rows {
      let now = Moment(wall: wall + row.wall, uptime: row.uptime)
      #expect(record.elapsed(at: now) == row.elapsed)
    }
  }
}
