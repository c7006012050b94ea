import JobWatchCore

/// A rate limiter as it is stored: a restart neither exceeds the quota nor has to learn it again.
///
/// A record is written before calls begin that the last one did not allow for. A crash at any moment finds a record that
/// allows for every call that was made; what it allows for beyond the ended calls counts as ended at the restart. A
/// graceful stop leaves a record with no allowance, which goes on as if there had been no stop. A call that is still
/// under way at the stop counts as ended at the restart, too, because the cloud may count it after the record.
///
/// Rejected: a promise that no call begins later than a second after the record. It takes a write before nearly every
/// call of a quiet daemon, says nothing of a call that hangs until the crash, and costs a whole window after it.
package struct RateLimiterRecord: Hashable, Codable, Sendable {
  /// Calls that ended at about the same time.
  package struct Run: Hashable, Sendable {
    /// From the last one's end to the record, in milliseconds.
    package var age: Int64
    package var calls: Int

    package init(age: Int64, calls: Int) {
      self.age = age
      self.calls = calls
    }
  }

  /// A later record of the same limiter has a greater one.
  package var number: Int64
  /// When it was made, in milliseconds of uptime.
  package var uptime: Int64
  /// The configured limit.
  package var share: SlidingWindow?
  /// What is known of the cloud's limit.
  package var known: SlidingWindow
  /// How many times the window of `known` was widened by throttling answers; nil: it was not.
  package var widened: Int?
  /// The cloud named it.
  package var isTold: Bool
  /// What `known.calls` may grow to, ever and for now.
  package var ceiling: Int
  package var most: Int
  /// Milliseconds since the last growth or throttling answer.
  package var quiet: Int64?
  /// Milliseconds for which no call is made, after a throttling answer.
  package var blocked: Int64
  /// The newest first.
  package var ended: [Run]
  /// Calls that ended as many milliseconds before the record, or earlier, are missing. Nil: none is missing.
  package var missing: Int64?
  package var underWay: Int
  /// Calls that may begin before the next record.
  package var ahead: Int
  /// Seconds of latency that one call is worth, and the slow correction that the price stands at.
  package var price = 0.0
  package var trim = 1.0
}

/// A record in its row.
package struct SavedRateLimiter: Sendable, Hashable {
  package var key: EndpointKey
  package var savedAt: Timestamp
  package var record: RateLimiterRecord

  package init(key: EndpointKey, savedAt: Timestamp, record: RateLimiterRecord) {
    self.key = key
    self.savedAt = savedAt
    self.record = record
  }
}

extension RateLimiterRecord {
  /// The limit that grants fewer calls in the long run.
  package var limit: SlidingWindow {
    guard let share else { return known }
    return share.rate < known.rate ? share : known
  }

  /// Calls that stand in the window, those under way included.
  ///
  /// - Parameter elapsed: since the record.
  package func used(in window: Duration, after elapsed: Duration = .zero) -> Int {
    let oldest = (window - elapsed).milliseconds
    return underWay + ended.filter { $0.age < oldest }.reduce(0) { $0 + $1.calls }
  }

  /// How long no call is made, counted from the record.
  package var blockedFor: Duration { .milliseconds(max(blocked, 0)) }

  /// The time since the record, or less.
  ///
  /// The uptime of the same boot is exact, and that of a later one can only be too short. A file that was moved to
  /// another machine has the wall clock against it, which in turn may have been set: the lesser of the two counts.
  ///
  /// - Parameter savedAt: the wall time of the record.
  package func elapsed(since savedAt: Timestamp, at now: Moment) -> Duration {
    let counted = now.uptime - .milliseconds(uptime)
    return max(min(now.wall - savedAt, counted >= .zero ? counted : now.uptime), .zero)
  }
}

/// As `[age, calls]`: there may be a few hundred of them.
extension RateLimiterRecord.Run: Codable {
  package init(from decoder: any Decoder) throws {
    var container = try decoder.unkeyedContainer()
    self.init(age: try container.decode(Int64.self), calls: try container.decode(Int.self))
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.unkeyedContainer()
    try container.encode(age)
    try container.encode(calls)
  }
}
