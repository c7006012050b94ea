import JobWatchCore
import TestSupport

@testable import PollPlanning

/// Calls under a limiter whose process is stopped, killed and started again, with the cloud's count of them: each at
/// some moment between its start and its end.
struct LimiterWorld {
  private(set) var limiter: RateLimiter
  private(set) var counted: [Duration] = []
  private(set) var starts: [Duration] = []
  private(set) var records = 0
  /// The true time, which no process sees.
  private(set) var time = Duration.zero
  var random: SeededGenerator

  private let cap: Quota?
  private var disk: RateLimiterRecord?
  private var underWay: [(start: Duration, end: Duration)] = []
  /// How far the clocks are from the true time.
  private var wallOffset = Duration.days(20_000)
  private var bootedAt = Duration.seconds(-3000)
  private let longestCall: Duration

  init(cap: Quota?, longestCall: Duration, seed: UInt64) {
    self.cap = cap
    self.longestCall = longestCall
    random = SeededGenerator(seed)
    limiter = RateLimiter(cap: cap)
  }

  var now: Moment {
    Moment(
      wall: Timestamp(milliseconds: (time + wallOffset).milliseconds), uptime: time - bootedAt)
  }

  mutating func pass(_ span: Duration) {
    time += span
    for call in underWay where call.end <= time {
      limiter.finish(at: call.end - bootedAt)
      count(call)
    }
    underWay.removeAll { $0.end <= time }
  }

  private mutating func count(_ call: (start: Duration, end: Duration)) {
    counted.append(random.duration(call.start...call.end))
  }

  /// As many calls as there may be, at most so many.
  ///
  /// - Returns: false when the process was killed before they were made.
  @discardableResult
  mutating func call(_ wanted: Int, isUrgent: Bool = false, killedAtSave: Bool = false) -> Bool {
    var calls = 0
    while calls < wanted, let ready = limiter.readyAt(now.uptime, isUrgent: isUrgent), ready <= now.uptime {
      limiter.spend(at: now.uptime)
      calls += 1
    }
    if calls > 0 && limiter.mustBeSaved {
      if killedAtSave {
        if Bool.random(using: &random) { save() }
        return false
      }
      save()
    }
    for _ in 0..<calls {
      starts.append(time)
      underWay.append((time, time + random.duration(.zero...longestCall)))
    }
    underWay.sort { $0.end < $1.end }
    return true
  }

  mutating func throttle(_ throttle: Throttle) {
    limiter.throttled(throttle, at: now.uptime)
    if limiter.mustBeSaved { save() }
  }

  private mutating func save(isLast: Bool = false) {
    let record = limiter.record(at: now.uptime, isLast: isLast)
    disk = record.stored(as: PollQueueSetting.key, at: now.wall)
    limiter.saved(record)
    records += 1
  }

  /// The calls under way are cut off.
  mutating func kill() {
    for call in underWay { count((call.start, time)) }
    underWay = []
  }

  mutating func stop() {
    save(isLast: true)
    kill()
  }

  mutating func start(after pause: Duration, cap: Quota? = nil) {
    time += pause
    limiter = RateLimiter(cap: cap ?? self.cap)
    if let disk { limiter.restore(disk, at: now) }
  }

  mutating func boot(after pause: Duration) {
    bootedAt = time + random.duration(.zero...pause)
    start(after: pause)
  }

  mutating func setWallClock(by jump: Duration) { wallOffset += jump }

  /// The most calls that the cloud counted in any stretch of `window`.
  func most(in window: Duration) -> Int {
    let times = counted.sorted()
    var (first, most) = (0, 0)
    for (last, time) in times.enumerated() {
      while time - times[first] >= window { first += 1 }
      most = max(most, last - first + 1)
    }
    return most
  }
}
