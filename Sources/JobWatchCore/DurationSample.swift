/// What the end of a job's watch says about how long jobs of its type take.
package enum DurationSample: Hashable, Sendable {
  /// When a job ended.
  package enum End: Hashable, Sendable {
    /// As its record says.
    case at(Double)
    /// Its record has no end time: after it was last seen running, and not after it was seen ended.
    case between(Double, Double)
  }

  case ended(End)
  /// It is watched no more, and is not known to have ended.
  case left

  /// What follows when a watched job becomes another by an answer at `now`.
  ///
  /// The duration is the record's own, from begin to end by the cloud's clock. Where the record has no end, or one that
  /// cannot be, the job ended after it was last seen running and before it was seen ended.
  init?(from before: Job, to after: Job, at now: Timestamp, offset: Duration) {
    if after.state.isConfirmedEnd && before.paidAt == nil && !before.isUnpaid {
      let age = after.age(at: now, offset: offset)
      let begin = after.begunAt(offset: offset)
      let end = after.report?.end?.instant.map { $0 - offset }
      guard let end, end >= begin, end <= now + Self.clockSlack else {
        self = .ended(.between(min(before.span.known, age), age))
        return
      }
      self = .ended(.at((end - begin).seconds))
    } else if before.isWatched && !after.isWatched {
      self = .left
    } else {
      return nil
    }
  }

  /// The `Date` headers, by which the cloud's clock is known, have whole seconds.
  private static let clockSlack = Duration.seconds(5)
}

extension Job {
  /// Whether it counts among those that run and may end: it is at risk of ending at its age.
  package var isWatched: Bool { Self.isWatched(state, span, isPaid: paidAt != nil) }

  package static func isWatched(_ state: JobState, _ span: WatchedSpan, isPaid: Bool) -> Bool {
    !state.isFinal && state != .awaitingPayment && !isPaid && span.known > 0
  }

  /// The age of a job that was seen: not zero, which stands for one that was not, however little the clocks agree.
  package static func knownAge(_ age: Double) -> Double { max(age, 0.001) }
}
