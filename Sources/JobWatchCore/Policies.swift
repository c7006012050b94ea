// What a user may set, as values that the decisions take. Defaults are the documented ones
// (config/jobwatch.yaml shows each with its unit and range).

/// Bounds of the gap between two polls of one job.
package struct PollPolicy: Hashable, Sendable {
  /// 100 ms to 1 h.
  package var floor: Duration
  package var ceiling: Duration
  /// Seconds of detection latency that one call is worth.
  package var price: Duration
  /// Instead of a price: the mean latency of detection, over all jobs, that one price is to reach.
  package var target: Duration?
  /// Instead of any plan: the one gap.
  package var fixed: Duration?
  /// The age at which a running job is told to be stuck, whatever was learned.
  package var stuckAfter: Duration?

  package init(
    floor: Duration = .seconds(1), ceiling: Duration = .hours(1), price: Duration = .seconds(5),
    target: Duration? = nil, fixed: Duration? = nil, stuckAfter: Duration? = nil
  ) {
    self.floor = floor
    self.ceiling = ceiling
    self.price = price
    self.target = target
    self.fixed = fixed
    self.stuckAfter = stuckAfter
  }
}

/// When "no such job" is believed. One such answer may be a replica that lags, or a job that the API does not
/// show yet; a verdict on it would be wrong for good.
package struct AbsencePolicy: Hashable, Sendable {
  /// Answers needed, the first included.
  package var answers: Int
  /// Time that must lie between the first and the deciding answer.
  package var over: Duration
  /// How long verdicts are held when most of an (account, service) is absent at once.
  package var massHold: Duration

  package init(
    answers: Int = 3, over: Duration = .minutes(2), massHold: Duration = .hours(1)
  ) {
    self.answers = answers
    self.over = over
    self.massHold = massHold
  }
}

/// How long a service keeps a job's record; nil where it documents nothing.
package struct RetentionPolicy: Hashable, Sendable {
  /// After SUCCESS or FAIL.
  package var finished: Duration?
  /// After an order was submitted and not paid.
  package var unpaid: Duration?

  package init(finished: Duration? = nil, unpaid: Duration? = nil) {
    self.finished = finished
    self.unpaid = unpaid
  }
}

/// Lead times of the notices before a record is deleted, each list longest first.
package struct ExpiryPolicy: Hashable, Sendable {
  /// Before a finished job's record is deleted.
  package var finished: [Duration]
  /// Before an unpaid job's record is deleted.
  package var unpaid: [Duration]
  /// Before a job not seen ended could have ended and been deleted unseen.
  package var atRisk: [Duration]

  package init(
    finished: [Duration] = [.hours(4)],
    unpaid: [Duration] = [.days(7), .days(3), .days(1), .hours(6)],
    atRisk: [Duration] = [.hours(4), .hours(1)]
  ) {
    self.finished = finished.sorted(by: >)
    self.unpaid = unpaid.sorted(by: >)
    self.atRisk = atRisk.sorted(by: >)
  }
}

/// When a message is tried again, and when it is given up.
package struct DeliveryPolicy: Hashable, Sendable {
  /// The wait before each attempt, counted from the end of the one before; the first is usually zero. After
  /// the last one fails the message is given up.
  package var delays: [Duration]
  /// For one attempt, connection included.
  package var timeout: Duration
  /// Each delay is varied by up to this share, both ways, so that many messages do not return in step.
  package var spread: Double

  package init(
    delays: [Duration] = [
      .zero, .seconds(5), .seconds(30), .minutes(2), .minutes(10), .minutes(30), .hours(2),
      .hours(5), .hours(10), .hours(24),
    ],
    timeout: Duration = .seconds(15), spread: Double = 0.2
  ) {
    self.delays = delays
    self.timeout = timeout
    self.spread = spread
  }
}

/// When an endpoint in trouble is left alone.
package struct BreakerPolicy: Hashable, Sendable {
  /// Failures in a row that open the breaker.
  package var failures: Int
  /// The wait before the first probe; doubles per failed probe.
  package var firstProbe: Duration
  /// The longest wait between two probes.
  package var longestProbe: Duration
  /// An outage shorter than this is not told.
  package var grace: Duration

  package init(
    failures: Int = 3, firstProbe: Duration = .seconds(1), longestProbe: Duration = .minutes(1),
    grace: Duration = .minutes(1)
  ) {
    self.failures = failures
    self.firstProbe = firstProbe
    self.longestProbe = longestProbe
    self.grace = grace
  }
}

/// When a refused credential, or a call that is not allowed, is tried again. The last step repeats.
package struct ProbePolicy: Hashable, Sendable {
  package var steps: [Duration]

  package init(
    steps: [Duration] = [.seconds(30), .minutes(1), .minutes(2), .minutes(5), .minutes(10)]
  ) {
    self.steps = steps
  }
}

/// At most `calls` calls in any window of length `per`.
package struct Quota: Hashable, Sendable {
  package var calls: Int
  package var per: Duration

  package init(calls: Int, per: Duration) {
    self.calls = calls
    self.per = per
  }
}
