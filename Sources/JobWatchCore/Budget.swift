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
  /// The times of the last grants, oldest first; at least as many as either limit looks back.
  private var grants: [Duration] = []
  private var blockedUntil: Duration = .zero
  /// A limit that the user or the cloud named no longer grows.
  private var isNamed: Bool
  private var quietSince: Duration?

  private static let start = 20
  private static let most = 100

  package init(cap: Quota? = nil) {
    share = cap.map(Limit.init)
    known = share ?? Limit(calls: Self.start, window: .seconds(1))
    isNamed = cap != nil
  }

  /// When the next call may be made; not after `uptime` means now.
  package func readyAt(_ uptime: Duration) -> Duration {
    [share, known].compactMap(\.self).filter { grants.count >= $0.calls }
      .map { grants[grants.count - $0.calls] + $0.window }
      .reduce(blockedUntil, max)
  }

  /// Counts one call; only after `readyAt` has come.
  package mutating func spend(at uptime: Duration) {
    grow(at: uptime)
    grants.append(uptime)
    let needed = max(known.calls, share?.calls ?? 0, Self.most)
    if grants.count >= 2 * needed { grants.removeFirst(grants.count - needed) }
  }

  /// Learns from a throttling answer. No call is made inside its window.
  package mutating func throttled(_ throttle: Throttle, at uptime: Duration) {
    if let calls = throttle.limit, let per = throttle.window, calls > 0 {
      isNamed = true
      known = Limit(Quota(calls: calls, per: per))
    } else if uptime >= blockedUntil {
      // At most once per window: the calls that were under way say the same thing again.
      known.calls = max(1, Int(Double(known.calls) * 0.7))
    }
    quietSince = uptime
    let window = max(throttle.window ?? .zero, known.window)
    blockedUntil = max(blockedUntil, uptime + max(throttle.retryAfter ?? .zero, window))
  }

  private mutating func grow(at uptime: Duration) {
    guard !isNamed, known.calls < Self.most else { return }
    guard let since = quietSince else { return quietSince = uptime }
    guard uptime - since >= .minutes(1) else { return }
    known.calls = min(known.calls * 2, Self.most)
    quietSince = uptime
  }
}
