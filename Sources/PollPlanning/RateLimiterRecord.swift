import JobWatchCore

/// A rate limiter as it is stored: a restart neither exceeds the quota nor has to learn it again.
///
/// A record covers `ahead` calls more than were made. It is stored before a call that the last one does not cover, so a
/// crash always finds one that covers every call. A restart counts all covered calls as ended now. A graceful stop
/// stores `ahead` as zero. A call that is still under way then counts as ended at the restart, too, because the cloud
/// may count it after the record.
package struct RateLimiterRecord: Hashable, Codable, Sendable {
  /// Calls that ended at about the same time.
  struct Run: Hashable, Sendable {
    /// From the last one's end to the record, in milliseconds.
    var age: Int64
    var calls: Int
  }

  /// The key of its row.
  package private(set) var key = EndpointKey(account: "", service: "")
  /// The wall time of the record, in its row.
  package private(set) var savedAt = Timestamp(milliseconds: 0)
  /// A later record of the same limiter has a greater one.
  package var number: Int64
  /// When it was made, in milliseconds of uptime.
  var uptime: Int64
  var configured: SlidingWindow?
  var assumed: SlidingWindow
  /// How many times the window of `assumed` was widened by throttling answers; nil: it was not.
  var widened: Int?
  /// The cloud named it.
  package var isTold: Bool
  /// The most that `assumed.calls` may grow to, ever and for now.
  var mostEver: Int
  var mostNow: Int
  /// Milliseconds since the last growth or throttling answer.
  var quiet: Int64?
  /// Milliseconds for which no call is made, after a throttling answer.
  var blocked: Int64
  /// The newest first.
  var ended: [Run]
  /// Calls that ended as many milliseconds before the record, or earlier, are missing. Nil: none is missing.
  var missing: Int64?
  package var underWay: Int
  /// Calls that may begin before the next record.
  package var ahead: Int
  /// Seconds of latency that one call is worth, and the slow correction that the price stands at.
  package var price = 0.0
  package var trim = 1.0

  /// The columns of its row are left out. The names on record are older than those here.
  private enum CodingKeys: String, CodingKey {
    case number, uptime
    case configured = "share"
    case assumed = "known"
    case widened, isTold
    case mostEver = "ceiling"
    case mostNow = "most"
    case quiet, blocked, ended, missing, underWay, ahead, price, trim
  }

  /// The limit that grants fewer calls in the long run, and where it is from: `configured`, `cloud` (its answer to a
  /// refused call) or `assumed`.
  package var limit: (calls: Int, window: Duration, source: String) {
    let limit = configured.map { $0.rate < assumed.rate ? $0 : assumed } ?? assumed
    let source = limit == configured ? "configured" : isTold ? "cloud" : "assumed"
    return (limit.calls, limit.window, source)
  }

  /// Calls that stand in the window, those under way included.
  /// - Parameter elapsed: since the record.
  package func used(in window: Duration, after elapsed: Duration = .zero) -> Int {
    let oldest = (window - elapsed).milliseconds
    return underWay + ended.filter { $0.age < oldest }.reduce(0) { $0 + $1.calls }
  }

  /// With the columns of its row.
  package func stored(as key: EndpointKey, at time: Timestamp) -> RateLimiterRecord {
    var record = self
    (record.key, record.savedAt) = (key, time)
    return record
  }

  /// The time for which no call is made, counted from the record.
  package var blockedFor: Duration { .milliseconds(max(blocked, 0)) }

  /// The time since the record, or less.
  ///
  /// The uptime of the same boot is exact, and that of a later one can only be too short. A file that was moved to
  /// another machine has the wall clock against it, which in turn may have been set: the lesser of the two counts.
  package func elapsed(at now: Moment) -> Duration {
    let counted = now.uptime - .milliseconds(uptime)
    return max(min(now.wall - savedAt, counted >= .zero ? counted : now.uptime), .zero)
  }
}

/// As `[age, calls]`: there may be a few hundred of them.
extension RateLimiterRecord.Run: Codable {
  init(from decoder: any Decoder) throws {
    var container = try decoder.unkeyedContainer()
    self.init(age: try container.decode(Int64.self), calls: try container.decode(Int.self))
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.unkeyedContainer()
    try container.encode(age)
    try container.encode(calls)
  }
}
