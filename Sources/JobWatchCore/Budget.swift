/// The calls that one (account, service) may make: never more than a limit in any window.
///
/// Two limits hold at once. One is the configured share, if any. The other is what is known of the cloud's:
/// unconfigured and untold, it starts at 20 calls a second and doubles per quiet minute up to 100; what a
/// throttling answer says replaces that. A rate of either would not do: 95 calls a minute may still be too many
/// for one second of it.
package struct Budget: Sendable {
  private struct Limit: Sendable {
    var calls: Int
    var window: Duration

    /// The share of a named quota that is used, and how much longer than it its window is taken: the cloud's clock
    /// and the network's delays shift calls over its window's edge.
    private static let share = 0.95
    private static let stretch = 1.05

    init(calls: Int, window: Duration) {
      self.calls = calls
      self.window = window
    }

    init(_ quota: Quota) {
      calls = max(1, Int(Double(quota.calls) * Self.share))
      window = quota.per.scaled(by: Self.stretch)
    }
  }

  private let share: Limit?
  private var known: Limit
  /// The ends of the last calls, oldest first; at least as many as either limit looks back.
  private var answered: [Duration] = []
  private var underWay = 0
  private var blockedUntil: Duration = .zero
  /// The named limit, where the user or the cloud named one.
  private var ceiling: Int
  /// What `known` grows to in quiet minutes: the ceiling, or less for some hours after a throttling answer that named
  /// no limit.
  private var most: Int
  private var quietSince: Duration?

  private static let start = 20
  private static let unnamedMost = 100

  package init(cap: Quota? = nil) {
    share = cap.map(Limit.init)
    known = share ?? Limit(calls: Self.start, window: .seconds(1))
    ceiling = share?.calls ?? Self.unnamedMost
    most = ceiling
  }

  /// Calls a second that it grants in the long run.
  package var rate: Double {
    [share, known].compactMap(\.self).map { Double($0.calls) / $0.window.seconds }.min() ?? 0
  }

  /// When the next call may be made; not after `uptime` means now. Nil: not before one under way is answered.
  package func readyAt(_ uptime: Duration) -> Duration? {
    var ready = blockedUntil
    for limit in [share, known].compactMap(\.self) {
      // The call that must be out of the window, so that one more fits in.
      let last = answered.count + underWay - limit.calls
      if last < 0 { continue }
      guard last < answered.count else { return nil }
      ready = max(ready, answered[last] + limit.window)
    }
    return ready
  }

  /// Counts one call; only after `readyAt` has come.
  package mutating func spend(at uptime: Duration) {
    grow(at: uptime)
    underWay += 1
  }

  /// The call is over, answered or not. The cloud counted it at some moment since `spend`, so it stands in the window
  /// from then until a whole window after this: a slow answer never lets one call too many through.
  package mutating func finish(at uptime: Duration) {
    underWay = max(0, underWay - 1)
    answered.append(uptime)
    let needed = max(ceiling, share?.calls ?? 0)
    if answered.count >= 2 * needed { answered.removeFirst(answered.count - needed) }
  }

  /// Learns from a throttling answer. No call is made inside its window.
  package mutating func throttled(_ throttle: Throttle, at uptime: Duration) {
    if let calls = throttle.limit, let per = throttle.window, calls > 0 {
      known = Limit(Quota(calls: calls, per: per))
      ceiling = known.calls
      most = ceiling
    } else if uptime >= blockedUntil {
      // At most once per window: the calls that were under way say the same thing again. What failed is not tried
      // again soon: growing back to it every minute would mean a throttled call every minute.
      let failed = known.calls
      known.calls = max(1, Int(Double(failed) * 0.7))
      most = max(known.calls, failed - max(1, failed / 10))
    }
    quietSince = uptime
    let window = max(throttle.window ?? .zero, known.window)
    blockedUntil = max(blockedUntil, uptime + max(throttle.retryAfter ?? .zero, window))
  }

  private mutating func grow(at uptime: Duration) {
    guard let since = quietSince else { return quietSince = uptime }
    if known.calls < most {
      guard uptime - since >= .minutes(1) else { return }
      known.calls = min(known.calls * 2, most)
    } else if most < ceiling {
      guard uptime - since >= .hours(1) else { return }
      most = min(most + max(1, most / 10), ceiling)
    } else {
      return
    }
    quietSince = uptime
  }
}
