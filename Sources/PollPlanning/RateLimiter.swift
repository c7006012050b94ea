import JobWatchCore

/// The calls that one endpoint may make: never more than a limit in any window.
///
/// Two limits hold at once: the configured share, if any, and what is known of the cloud's. The second starts at 20 calls
/// a second and doubles per quiet minute up to 100, unless the share or a throttling answer names a limit. A throttling
/// answer that names none lowers the calls of a window; once that is one call, it doubles the window, up to about a minute.
/// A window and not a rate: 95 calls a minute may be too many for one second of it.
///
/// A small share of each window is kept for urgent calls: probes, and polls without which a record is deleted unseen.
package struct RateLimiter: Sendable {
  let share: SlidingWindow?
  var known: SlidingWindow
  /// The cloud named the known limit.
  var isTold = false
  /// The ends of the last calls, oldest first; at least as many as either limit looks back.
  var answered: [Duration] = []
  /// Calls that ended then, or earlier, may be missing in `answered`.
  var forgottenAt: Duration?
  var underWay = 0
  var blockedUntil: Duration = .zero
  /// The named limit, where the user or the cloud named one.
  var ceiling: Int
  /// What `known` grows to in quiet minutes: the ceiling, or less for some hours after a throttling answer that named
  /// no limit.
  var most: Int
  /// The window of `known` is this many times as long as it was before throttling answers widened it.
  var widened = 1
  var quietSince: Duration?
  var journal = LimiterCheckpoint()

  private static let start = 20
  private static let unnamedMost = 100
  /// A window that is this long is not widened.
  private static let wideEnough = Duration.minutes(1)

  package init(cap: Quota? = nil) {
    share = cap.map(SlidingWindow.init)
    known = share ?? SlidingWindow(calls: Self.start, window: .seconds(1))
    ceiling = share?.calls ?? Self.unnamedMost
    most = ceiling
  }

  /// Calls a second that it grants in the long run; ordinary ones get at least 98 % of them.
  package var rate: Double { share.map { min($0.rate, known.rate) } ?? known.rate }

  /// The most ended calls that a limit looks back at.
  var lookBack: Int { max(ceiling, share?.calls ?? 0) }

  /// When the next call may be made: at once if not after `uptime`. Nil: only after a call under way has ended.
  ///
  /// - Parameter isUrgent: it may use the share that is kept for such.
  package func readyAt(_ uptime: Duration, isUrgent: Bool = false) -> Duration? {
    guard let known = readyAt(known, isUrgent) else { return nil }
    guard let share else { return max(known, blockedUntil) }
    return readyAt(share, isUrgent).map { max($0, known, blockedUntil) }
  }

  private func readyAt(_ limit: SlidingWindow, _ isUrgent: Bool) -> Duration? {
    // The call that must be out of the window, so that one more fits in.
    let last = answered.count + underWay - limit.calls + (isUrgent ? 0 : limit.reserve)
    if last < 0 { return .zero }
    return last < answered.count ? answered[last] + limit.window : nil
  }

  /// Counts one call; only after `readyAt` has come.
  package mutating func spend(at uptime: Duration) {
    grow(at: uptime)
    underWay += 1
    journal.note()
  }

  /// The call is over, answered or not. The cloud counted it at some moment since `spend`, so it stands in the window
  /// from then until a whole window after this: a slow answer never lets one call too many through.
  package mutating func finish(at uptime: Duration) {
    underWay = max(0, underWay - 1)
    answered.append(uptime)
    guard answered.count >= 2 * lookBack else { return }
    let surplus = answered.count - lookBack
    forgottenAt = answered[surplus - 1]
    answered.removeFirst(surplus)
  }

  /// The call was not made after all, and will not be.
  package mutating func withdraw() { underWay = max(0, underWay - 1) }

  /// Learns from a throttling answer. No call is made inside its window.
  package mutating func throttled(_ throttle: Throttle, at uptime: Duration) {
    if let calls = throttle.limit, let per = throttle.window, calls > 0 {
      known = SlidingWindow(Quota(calls: calls, per: per))
      isTold = true
      ceiling = known.calls
      most = ceiling
      widened = 1
    } else if uptime >= blockedUntil {
      // At most once per window: the calls that were under way say the same thing again. What failed is not tried
      // again soon: growing back to it every minute would mean a throttled call every minute.
      let failed = known.calls
      if failed == 1, known.window < Self.wideEnough {
        widened *= 2
        known.window = known.window * 2
      }
      known.calls = max(1, Int(Double(failed) * 0.7))
      most = max(known.calls, failed - max(1, failed / 10))
    }
    quietSince = uptime
    let window = max(throttle.window ?? .zero, known.window)
    blockedUntil = max(blockedUntil, uptime + max(throttle.retryAfter ?? .zero, window))
    journal.noteLearned()
  }

  private mutating func grow(at uptime: Duration) {
    guard let since = quietSince else { return quietSince = uptime }
    if widened > 1 {
      guard uptime - since >= max(.minutes(1), known.window * 8) else { return }
      widened /= 2
      known.window = known.window / 2
    } else if known.calls < most {
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
