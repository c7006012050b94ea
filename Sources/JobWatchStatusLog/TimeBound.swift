import JobWatchCore

/// A point in time as people write it: `2h` (ago), `2026-11-21T21:38:21Z`, or a date, which is its
/// midnight in UTC.
package enum TimeBound: Sendable, Hashable {
  case ago(Duration)
  case at(Timestamp)

  package init?(text: String) {
    if let duration = Duration(text: text) {
      self = .ago(duration)
    } else if let time = Timestamp(iso8601: text) ?? Timestamp(iso8601: text + "T00:00:00Z") {
      self = .at(time)
    } else {
      return nil
    }
  }

  package func time(at now: Timestamp) -> Timestamp {
    switch self {
    case .ago(let duration): now - duration
    case .at(let time): time
    }
  }
}
