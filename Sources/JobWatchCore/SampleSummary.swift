/// The `DurationSample` that an ended job has been, worked out afterwards from the job alone.
package enum SampleSummary: Hashable, Sendable {
  /// By its record, in seconds.
  case took(Double)
  /// Its record has no end time: it ended after the first age and not after the second, in seconds.
  case between(Double, Double)
  /// It was watched up to this age, in seconds, and is not known to have ended.
  case ran(Double)
  /// And why.
  case nothing(String)

  /// - Parameter previous: the state before its last; nil: not known any more.
  package init(_ job: Job, previous: JobState?) {
    let isOfPayment = job.paidAt != nil || previous == .awaitingPayment
    switch job.state {
    case _ where isOfPayment:
      self = .nothing("it waited for its payment, and how long that takes is up to people")
    case .succeeded, .failed: self = Self.end(of: job)
    case .lost where job.span.known > 0: self = .ran(job.span.known)
    case .unknown: self = .nothing("the service never showed it")
    default: self = .nothing("it was never seen running")
    }
  }

  /// Of a record with both times the clocks' difference does not matter; without a begin, or with a time that cannot
  /// be, it may be off by that.
  private static func end(of job: Job) -> SampleSummary {
    let begin = job.begunAt(offset: .zero)
    if let end = job.report?.end?.instant, end >= begin { return .took((end - begin).seconds) }
    let age = job.age(at: job.endedAt ?? begin, offset: .zero)
    return .between(min(job.span.known, age), age)
  }

  /// The age at which it ended, or to which it is known to have run.
  package var age: Double? {
    switch self {
    case .took(let age), .between(_, let age), .ran(let age): age
    case .nothing: nil
    }
  }
}
