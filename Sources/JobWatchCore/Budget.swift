/// The calls that one (account, service) may make: never more than `limit` in any window.
///
/// Unconfigured and untold, it starts at 20 calls a second and doubles per quiet minute up to 100; what a
/// throttling answer says replaces that, and the configured share caps both.
package struct Budget: Sendable {
  private var limit: Int
  private var window: Duration
  private let cap: Quota?
  /// The times of the last grants, oldest first, no more than `limit` of them inside the window.
  private var grants: [Duration] = []
  private var oldest = 0
  private var blockedUntil: Duration = .zero
  /// A limit that the cloud named; learned limits then no longer grow.
  private var isTold = false
  private var quietSince: Duration?

  /// The share of a named quota that is used, and how much longer than it its window is taken: the cloud's clock
  /// and the network's delays shift calls over its window's edge.
  private static let share = 0.95
  private static let stretch = 1.05
  private static let start = 20
  private static let most = 100

  package init(cap: Quota? = nil) {
    self.cap = cap
    if let cap {
      limit = Self.usable(cap.calls)
      window = cap.per.scaled(by: Self.stretch)
    } else {
      limit = Self.start
      window = .seconds(1)
    }
  }

  /// When the next call may be made; not after `uptime` means now.
  package func readyAt(_ uptime: Duration) -> Duration {
    var ready = blockedUntil
    let recent = grants.count - oldest
    if recent >= limit {
      ready = max(ready, grants[grants.count - limit] + window)
    }
    return max(ready, .zero)
  }

  /// Counts one call; only after `readyAt` has come.
  package mutating func spend(at uptime: Duration) {
    grow(at: uptime)
    grants.append(uptime)
    while oldest < grants.count, grants[oldest] + window <= uptime { oldest += 1 }
    if oldest > 4096 && oldest * 2 > grants.count {
      grants.removeFirst(oldest)
      oldest = 0
    }
  }

  /// Learns from a throttling answer. No call is made inside its window.
  package mutating func throttled(_ throttle: Throttle, at uptime: Duration) {
    let named = throttle.window ?? window
    if let calls = throttle.limit, let per = throttle.window, calls > 0 {
      adopt(Quota(calls: calls, per: per))
    } else if uptime >= blockedUntil {
      // At most once per window: the calls that were under way say the same thing again.
      limit = max(1, Int(Double(limit) * 0.7))
    }
    quietSince = uptime
    blockedUntil = max(blockedUntil, uptime + max(throttle.retryAfter ?? .zero, named))
  }

  private mutating func adopt(_ told: Quota) {
    isTold = true
    limit = Self.usable(told.calls)
    window = told.per.scaled(by: Self.stretch)
    guard let cap else { return }
    let capped = Double(cap.calls) / cap.per.seconds
    if capped < Double(told.calls) / told.per.seconds {
      limit = Self.usable(cap.calls)
      window = cap.per.scaled(by: Self.stretch)
    }
  }

  private mutating func grow(at uptime: Duration) {
    guard cap == nil, !isTold, limit < Self.most else { return }
    guard let since = quietSince else { return quietSince = uptime }
    guard uptime - since >= .minutes(1) else { return }
    limit = min(limit * 2, Self.most)
    quietSince = uptime
  }

  private static func usable(_ calls: Int) -> Int { max(1, Int(Double(calls) * share)) }
}
