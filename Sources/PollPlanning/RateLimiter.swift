import JobWatchCore

/// The calls that one endpoint may make: never more than a limit in any window.
///
/// Two limits hold at once: the configured one, if any, and what is assumed of the cloud's. The second starts at 20 calls
/// a second and doubles per quiet minute up to 100, unless the configuration or a throttling answer names a limit. A
/// throttling answer that names none lowers the calls of a window; once that is one call, it doubles the window, up to
/// about a minute. A window and not a rate: 95 calls a minute may be too many for one second of it.
///
/// A few calls of each window are kept for urgent ones: probes, and polls without which a record is deleted unseen.
package struct RateLimiter: Sendable {
  private let configured: SlidingWindow?
  private var assumed: SlidingWindow
  /// The cloud named the assumed limit.
  private var isTold = false
  /// The ends of the last calls, oldest first; at least as many as either limit looks back.
  private var answered: [Duration] = []
  /// Calls that ended then, or earlier, may be missing in `answered`.
  private var forgottenAt: Duration?
  private var underWay = 0
  private var blockedUntil: Duration = .zero
  /// The named limit, where the user or the cloud named one.
  private var mostEver: Int
  /// The calls that `assumed` grows to in quiet minutes: `mostEver`, or less for some hours after a throttling answer that
  /// named no limit.
  private var mostNow: Int
  /// The window of `assumed` is this many times as long as it was before throttling answers widened it.
  private var widened = 1
  private var quietSince: Duration?
  private var checkpoint = LimiterCheckpoint()

  private static let start = 20
  private static let unnamedMost = 100
  /// A window that is this long is not widened.
  private static let wideEnough = Duration.minutes(1)

  package init(cap: Quota? = nil) {
    configured = cap.map(SlidingWindow.init)
    assumed = configured ?? SlidingWindow(calls: Self.start, window: .seconds(1))
    mostEver = configured?.calls ?? Self.unnamedMost
    mostNow = mostEver
  }

  /// Calls a second that it grants in the long run; ordinary ones get at least 98 % of them.
  package var rate: Double { configured.map { min($0.rate, assumed.rate) } ?? assumed.rate }

  private var lookBack: Int { max(mostEver, configured?.calls ?? 0) }

  /// When the next call may be made: at once if not after `uptime`. Nil: only after a call under way has ended.
  /// - Parameter isUrgent: it may use the calls that are kept for such.
  package func readyAt(_ uptime: Duration, isUrgent: Bool = false) -> Duration? {
    guard let assumed = readyAt(assumed, isUrgent) else { return nil }
    guard let configured else { return max(assumed, blockedUntil) }
    return readyAt(configured, isUrgent).map { max($0, assumed, blockedUntil) }
  }

  private func readyAt(_ limit: SlidingWindow, _ isUrgent: Bool) -> Duration? {
    // One more call fits in once this one is out of the window.
    let last = answered.count + underWay - limit.calls + (isUrgent ? 0 : limit.reserve)
    if last < 0 { return .zero }
    return last < answered.count ? answered[last] + limit.window : nil
  }

  /// Counts a call; only after `readyAt` has come.
  package mutating func spend(at uptime: Duration) {
    grow(at: uptime)
    underWay += 1
    checkpoint.count()
  }

  /// The call is over, answered or not. It stands in the window from `spend` until a whole window after this, because the
  /// cloud counted it at some moment between.
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
      assumed = SlidingWindow(Quota(calls: calls, per: per))
      isTold = true
      mostEver = assumed.calls
      mostNow = mostEver
      widened = 1
    } else if uptime >= blockedUntil {
      // Once per window, because the calls that were under way say the same thing again. What failed is not tried
      // again soon, because growing back to it would mean a throttled call every minute.
      let failed = assumed.calls
      if failed == 1, assumed.window < Self.wideEnough {
        widened *= 2
        assumed.window = assumed.window * 2
      }
      assumed.calls = max(1, Int(Double(failed) * 0.7))
      mostNow = max(assumed.calls, failed - max(1, failed / 10))
    }
    quietSince = uptime
    let window = max(throttle.window ?? .zero, assumed.window)
    blockedUntil = max(blockedUntil, uptime + max(throttle.retryAfter ?? .zero, window))
    checkpoint.count(isLearned: true)
  }

  private mutating func grow(at uptime: Duration) {
    guard let since = quietSince else { return quietSince = uptime }
    if widened > 1 {
      guard uptime - since >= max(.minutes(1), assumed.window * 8) else { return }
      widened /= 2
      assumed.window = assumed.window / 2
    } else if assumed.calls < mostNow {
      guard uptime - since >= .minutes(1) else { return }
      assumed.calls = min(assumed.calls * 2, mostNow)
    } else if mostNow < mostEver {
      guard uptime - since >= .hours(1) else { return }
      mostNow = min(mostNow + max(1, mostNow / 10), mostEver)
    } else {
      return
    }
    quietSince = uptime
  }

  // MARK: Outliving the process: `record` is stored before the calls begin that it allows for

  /// The ends of calls are stored to this part of the window, or of their age where a window is longer.
  private static let grain: Int64 = 64
  /// So far back ends are stored although no window is as long: the next limit may have a longer one.
  private static let leastMemory = Duration.minutes(2)

  /// True if the stored record allows for less than what has happened: counted calls must not be made before a new one
  /// is stored, and a crash loses what was learned.
  package var mustBeSaved: Bool { checkpoint.isDue }

  /// True if there is nothing to store: no call was made yet, and nothing learned.
  package var isUntouched: Bool { checkpoint.count == 0 }

  /// True if one more call may be made without a new record.
  package var isSavedAhead: Bool { checkpoint.covers(1) }

  /// The record to store now. The caller fills in the row's columns and the price.
  /// - Parameter isLast: no call will begin any more.
  package mutating func record(at uptime: Duration, isLast: Bool = false) -> RateLimiterRecord {
    let (ended, missing) = runs(at: uptime, isExact: isLast)
    let ahead = min(assumed.recordedAhead, configured?.recordedAhead ?? .max)
    return RateLimiterRecord(
      number: checkpoint.count(), uptime: uptime.wholeMilliseconds, configured: configured, assumed: assumed,
      widened: widened > 1 ? widened : nil, isTold: isTold, mostEver: mostEver, mostNow: mostNow,
      quiet: quietSince.map { (uptime - $0).milliseconds },
      blocked: max(blockedUntil - uptime, .zero).wholeMilliseconds, ended: ended,
      missing: missing, underWay: underWay, ahead: isLast ? 0 : ahead)
  }

  package mutating func saved(_ record: RateLimiterRecord) { checkpoint.saved(record.number, ahead: record.ahead) }

  /// Goes on where a record leaves off.
  ///
  /// What was learned of a limit that nobody named holds for as long as the configured limit stays what it was; what
  /// the cloud named stays.
  mutating func restore(_ record: RateLimiterRecord, at now: Moment) {
    let then = now.uptime - record.elapsed(at: now)
    if record.isTold || record.configured == configured {
      (assumed, mostEver, mostNow) = (record.assumed, record.mostEver, record.mostNow)
      (isTold, widened) = (record.isTold, record.widened ?? 1)
      quietSince = record.quiet.map { then - .milliseconds($0) }
    }
    blockedUntil = max(then + record.blockedFor, .zero)
    forgottenAt = record.missing.map { then - .milliseconds($0) }
    // As many as a limit that was configured meanwhile may look back at.
    answered = forgottenAt.map { Array(repeating: $0, count: lookBack) } ?? []
    for run in record.ended.reversed() { answered += repeatElement(then - .milliseconds(run.age), count: run.calls) }
    answered += repeatElement(now.uptime, count: record.underWay + record.ahead)
    checkpoint = LimiterCheckpoint(count: record.number + Int64(record.ahead))
  }

  /// Ends that lie close together become the latest of them, which grants nothing earlier. Those beyond any window are
  /// left out.
  private func runs(at uptime: Duration, isExact: Bool) -> ([RateLimiterRecord.Run], missing: Int64?) {
    let windows = [assumed.window, configured?.window ?? assumed.window]
    let shortest = windows.min()?.milliseconds ?? 0
    let longest = windows.reduce(Self.leastMemory, max).milliseconds
    var runs: [RateLimiterRecord.Run] = []
    for end in answered.reversed() {
      let age = (uptime - end).milliseconds
      if age > longest { return (runs, age) }
      let width = isExact ? 0 : max(shortest, runs.last?.age ?? 0) / Self.grain
      if let last = runs.last, age - last.age <= width {
        runs[runs.count - 1].calls += 1
      } else {
        runs.append(RateLimiterRecord.Run(age: age, calls: 1))
      }
    }
    return (runs, forgottenAt.map { (uptime - $0).milliseconds })
  }
}

extension Duration {
  /// Rounded up.
  fileprivate var wholeMilliseconds: Int64 {
    let count = milliseconds
    return .milliseconds(count) < self ? count + 1 : count
  }
}

/// Tells whether the stored record of a limiter allows for what has happened since.
///
/// It counts events: a call begins, something is learned, a record is made. A record allows for so many of them.
struct LimiterCheckpoint: Sendable {
  private(set) var count: Int64 = 0
  /// The count when something was learned that must be on record.
  private var learnedAt: Int64 = 0
  private var savedAt: Int64 = 0
  private var savedAhead = 0

  /// - Parameter count: that of the record from which the limiter is restored, or more.
  init(count: Int64 = 0) { (self.count, savedAt) = (count, count) }

  /// - Returns: the number of the event.
  @discardableResult
  mutating func count(isLearned: Bool = false) -> Int64 {
    count += 1
    if isLearned { learnedAt = count }
    return count
  }

  /// The record of this number is stored. A later one may be stored already.
  mutating func saved(_ number: Int64, ahead: Int) {
    guard number > savedAt else { return }
    (savedAt, savedAhead) = (number, ahead)
  }

  var isDue: Bool { learnedAt > savedAt || !covers(0) }

  /// True if so many more calls may begin before the next record.
  func covers(_ calls: Int) -> Bool { count + Int64(calls) - savedAt <= Int64(savedAhead) }
}

/// At most so many calls in any window of this length.
struct SlidingWindow: Hashable, Sendable {
  var calls: Int
  var window: Duration

  /// The share of a named quota that is used, and the factor by which its window is stretched, because the cloud's clock
  /// and the network's delays shift calls over the window's edge.
  private static let (share, stretch) = (0.95, 1.05)
  /// The part of a rate at which the price of a call aims.
  private static let aim = 0.98

  /// Calls of each window that are kept for urgent ones: a fiftieth, and at least one where that leaves most of them.
  var reserve: Int { calls < 10 ? 0 : max(1, calls / 50) }

  /// Calls a second in the long run. A reserve of more than a fiftieth lowers it, because 98 % of it are aimed at.
  var rate: Double {
    min(Double(calls), Double(calls - reserve) / Self.aim) / window.seconds
  }

  /// Calls that one record of a limiter may allow for: a second's at full rate, which makes about one record a second, or
  /// a sixteenth of the window's, which is what a crash then costs.
  var recordedAhead: Int { max(1, calls / 16, min(calls, Int((Double(calls) / window.seconds).rounded(.up)))) }
}

extension SlidingWindow: Codable {
  init(_ quota: Quota) {
    calls = max(1, Int(Double(quota.calls) * Self.share))
    window = quota.per.scaled(by: Self.stretch)
  }

  /// From `[calls, milliseconds]`.
  init(from decoder: any Decoder) throws {
    var container = try decoder.unkeyedContainer()
    self.init(calls: try container.decode(Int.self), window: .milliseconds(try container.decode(Int64.self)))
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.unkeyedContainer()
    try container.encode(calls)
    try container.encode(window.milliseconds)
  }
}
