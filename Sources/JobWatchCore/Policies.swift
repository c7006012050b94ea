// What a user may set, as values that the decisions take. The defaults are the documented ones: config/jobwatch.yaml
// shows each with its unit and range.

/// The settings for the jobs of one service.
package struct Policies: Hashable, Sendable {
  package var polling: PollPolicy
  package var absence: AbsencePolicy
  package var retention: RetentionPolicy
  package var expiry: ExpiryPolicy

  package init(
    polling: PollPolicy = PollPolicy(), absence: AbsencePolicy = AbsencePolicy(),
    retention: RetentionPolicy = RetentionPolicy(), expiry: ExpiryPolicy = ExpiryPolicy()
  ) {
    self.polling = polling
    self.absence = absence
    self.retention = retention
    self.expiry = expiry
  }

  /// The longest gap between two polls of a job.
  package var pollCeiling: Duration { polling.ceiling(retention) }

  var pollFloor: Duration { min(polling.floor, pollCeiling) }
}

/// Bounds of the gap between two polls of one job.
package struct PollPolicy: Hashable, Sendable {
  /// 100 ms to 1 h.
  package var floor: Duration
  package var ceiling: Duration
  /// Seconds of detection latency that one call is worth.
  package var price: Duration
  /// Takes the place of the price: the mean latency of detection, over all jobs, to reach.
  package var target: Duration?
  /// Takes the place of any plan: the one gap.
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

  /// The longest gap between polls of a service that keeps a record for so long: a quarter of that at most. Three
  /// further tries are left before an end that was just missed is deleted.
  package func ceiling(_ retention: RetentionPolicy) -> Duration { min(ceiling, retention.quarter ?? ceiling) }

  /// The next age at which a job of this age, in seconds, is polled whatever its plan says: its expected end, or the
  /// user's limit for stuck jobs.
  package func deadline(after age: Double, expectWithin: Duration?, mayBeStuck: Bool = true) -> Duration? {
    let known = Int64((1000 * age).rounded())
    return [expectWithin, mayBeStuck ? stuckAfter : nil].compactMap(\.self)
      .filter { $0.milliseconds > known }.min()
  }
}

/// When "no such job" is believed. One such answer may come from a replica that lags, or name a job that the API does
/// not show yet. A verdict on it would be wrong for good.
package struct AbsencePolicy: Hashable, Sendable {
  package static let standard = AbsencePolicy()

  /// Answers needed, the first included.
  package var answers = 3
  /// Time between the first and the deciding answer.
  package var over = Duration.minutes(2)
  /// How long no verdict is given while most jobs of an endpoint are absent.
  package var massHold = Duration.hours(1)
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

  /// `finished`; where no time is documented, that of ECS.
  var assumed: Duration { finished ?? .days(1) }

  var quarter: Duration? { finished?.scaled(by: 0.25) }
}

/// Lead times of the notices before a record is deleted, each list longest first.
package struct ExpiryPolicy: Hashable, Sendable {
  /// Before a finished job's record is deleted.
  package var finished: [Duration]
  /// Before an unpaid job's record is deleted.
  package var unpaid: [Duration]
  /// Before the record of a job not seen ended could be deleted unseen.
  package var atRisk: [Duration]

  package init(
    finished: [Duration] = [.hours(4)], unpaid: [Duration] = [.days(7), .days(3), .days(1), .hours(6)],
    atRisk: [Duration] = [.hours(4), .hours(1)]
  ) {
    self.finished = finished.sorted(by: >)
    self.unpaid = unpaid.sorted(by: >)
    self.atRisk = atRisk.sorted(by: >)
  }
}

/// When a message is tried again, and when it is given up.
package struct DeliveryPolicy: Hashable, Sendable {
  package static let standard = DeliveryPolicy()

  /// The wait before each attempt, from the end of the one before; the first is usually zero. The message is given up
  /// after the last one fails.
  package var delays: [Duration] = [
    .zero, .seconds(5), .seconds(30), .minutes(2), .minutes(10), .minutes(30), .hours(2),
    .hours(5), .hours(10), .hours(24),
  ]
  /// For one attempt, connection included.
  package var timeout = Duration.seconds(15)
  /// The share by which each delay varies at random, both ways, to keep many messages out of step.
  package var spread = 0.2

  /// How long to wait after `attempts` failed attempts; nil: the message is given up.
  ///
  /// - Parameter luck: in [0, 1), spreads the wait over ± `spread`.
  package func wait(after attempts: Int, retryAfter: Duration?, luck: Double) -> Duration? {
    guard attempts < delays.count else { return nil }
    let wait = delays[attempts].scaled(by: 1 + spread * (2 * luck - 1))
    return max(wait, retryAfter ?? .zero)
  }
}

/// When an endpoint in trouble is left alone.
package struct BreakerPolicy: Hashable, Sendable {
  package static let standard = BreakerPolicy()

  package var failures = 3
  /// The wait before the first probe; doubles per failed probe.
  package var firstProbe = Duration.seconds(1)
  package var longestProbe = Duration.minutes(1)
  /// An outage shorter than this is not told.
  package var grace = Duration.minutes(1)
}

/// When a refused credential, or a call that is not allowed, is tried again. The last step repeats.
package struct ProbePolicy: Hashable, Sendable {
  package static let standard = ProbePolicy()

  package var steps: [Duration] = [
    .seconds(30), .minutes(1), .minutes(2), .minutes(5), .minutes(10),
  ]
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
