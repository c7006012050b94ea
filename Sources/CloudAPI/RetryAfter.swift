import JobWatchCore

/// The `Retry-After` header: seconds, or an HTTP date.
package enum RetryAfter {
  /// A longer wait would run into the one day after which a finished job's record is deleted.
  private static let longest = Duration.hours(12)

  /// `now` is the server's, if known: a date counts from it. Nil for what is neither form.
  package static func wait(_ text: String, at now: Timestamp) -> Duration? {
    let wait = Int64(text).map { Duration.seconds($0) } ?? HTTPDate.time(text).map { $0 - now }
    return wait?.clamped(.zero, longest)
  }
}
