import JobWatchCore
import PollPlanning

/// A cloud that grants so many calls in any window, and refuses each that is one too many.
struct FleetCloud {
  var quota: Quota {
    didSet { fullestAsBegun = fullestAsBegun ?? fullest }
  }
  /// The most calls in any window, refused ones included, ÷ the quota of that time.
  private(set) var fullest = 0.0
  /// The same until the quota was another, which the calls of its first window knew nothing of.
  private(set) var fullestAsBegun: Double?
  /// The uptimes, in milliseconds, of refused calls.
  private(set) var refusals: [Int64] = []
  private var calls: [Int64] = []
  private var head = 0

  init(quota: Quota) { self.quota = quota }

  /// Counts a call; what it says to one too many.
  mutating func call(at now: Int64) -> Throttle? {
    let window = quota.per.milliseconds
    while head < calls.count, calls[head] <= now - window { head += 1 }
    fullest = max(fullest, Double(calls.count - head + 1) / Double(quota.calls))
    guard calls.count - head < quota.calls else {
      refusals.append(now)
      return Throttle(limit: quota.calls, window: quota.per, code: "APIGW.0308")
    }
    calls.append(now)
    return nil
  }

  /// Of the calls that were answered.
  func calls(from start: Int64, to end: Int64) -> Int {
    calls.count { $0 >= start && $0 < end }
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
