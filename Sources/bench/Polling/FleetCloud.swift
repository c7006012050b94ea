import JobWatchCore
import PollPlanning

/// A cloud that grants so many calls in any window, and refuses each that is one too many.
struct FleetCloud {
  var quota: Quota {
    didSet { hasChanged = true }
  }
  private var hasChanged = false
  /// The most calls in any window, refused ones included, ÷ the quota. Until the quota changes, because the calls of the
  /// window before knew nothing of that.
  private(set) var fullest = 0.0
  private var refusals = 0
  /// The uptimes, in milliseconds, of granted calls, and where the present window begins among them.
  private var calls: [Int64] = []
  private var head = 0

  init(quota: Quota) { self.quota = quota }

  /// Refused calls; no number where none was made.
  var throttled: Double { calls.isEmpty ? .nan : Double(refusals) }

  /// Counts a call; nil: it is granted.
  mutating func call(at now: Int64) -> Throttle? {
    let window = quota.per.milliseconds
    while head < calls.count, calls[head] <= now - window { head += 1 }
    if !hasChanged {
      fullest = max(fullest, Double(calls.count - head + 1) / Double(quota.calls))
    }
    guard calls.count - head < quota.calls else {
      refusals += 1
      return Throttle(limit: quota.calls, window: quota.per, code: "APIGW.0308")
    }
    calls.append(now)
    return nil
  }

  /// A limiter of this quota that knows of the calls of its window.
  func limiter(at now: Int64) -> RateLimiter {
    var limiter = RateLimiter(cap: quota)
    let since = now - 2 * quota.per.milliseconds
    for call in calls[head...] where call > since {
      limiter.spend(at: .milliseconds(call))
      limiter.finish(at: .milliseconds(call))
    }
    return limiter
  }
}

/// The jobs' deadlines: a job that is not polled by then may have its record deleted.
struct FleetDeadlines {
  /// The most that any order of the calls could meet.
  private(set) var possible = 0
  private(set) var met = 0
  /// Uptimes in milliseconds, by job.
  private var open: [Int64: Int64] = [:]

  /// - Parameters:
  ///   - deadlines: uptimes in milliseconds, by job.
  ///   - now: when the first call can be made. None was made lately: a whole window's may be made at once.
  init(_ deadlines: [Int64: Int64], at now: Int64, quota: Quota) {
    open = deadlines
    var limiter = RateLimiter(cap: quota)
    let limit = limiter.record(at: .zero).limit
    // The calls all take the same time: the nearest deadline that can still be met is always a best one.
    for deadline in deadlines.values.sorted()
    where now + Int64(possible / limit.calls) * limit.window.milliseconds < deadline {
      possible += 1
    }
  }

  mutating func see(_ job: Int64, at now: Int64) {
    if let deadline = open.removeValue(forKey: job), now < deadline { met += 1 }
  }
}
