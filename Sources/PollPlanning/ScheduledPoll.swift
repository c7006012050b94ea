import JobWatchCore

/// A watched job in the schedule: 56 bytes, so that a million of them fit in memory beside everything else.
package struct ScheduledPoll: Sendable {
  package let job: Int64
  /// The key whose law the job follows.
  private(set) var law: DurationBook.ID
  /// What scatters the job's polls: see `JobKey.salt`.
  package let salt: UInt32
  package let endpoint: PollQueue.Endpoint
  /// Whether the book counts it among those that run, over its span.
  package private(set) var isWatched: Bool
  // The ages between which it was seen, in seconds.
  private var from: Float
  private var known: Double
  /// The uptime, in milliseconds, at which the job had the age `known`.
  private var knownMilliseconds: Int64
  /// The uptime, in milliseconds, of its next poll.
  private var dueMilliseconds: Int64 = 0
  /// √(2·price) for a second of the gap that was planned at this price: what it asks of the budget. Zero or less: its
  /// due time is no plan's, and no price moves it; see `Question`.
  private var demand: Float = 0
  /// The age, in seconds, at which it is asked for whatever the price.
  private var appointment = Float.infinity

  /// - Parameter knownAt: the uptime at which the job had the age up to which its span is known.
  init(
    job: Int64, endpoint: PollQueue.Endpoint, law: DurationBook.ID, salt: UInt32,
    span: WatchedSpan, isWatched: Bool, knownAt: Duration
  ) {
    self.job = job
    self.endpoint = endpoint
    self.law = law
    self.salt = salt
    self.isWatched = isWatched
    known = span.known
    from = Float(span.from)
    knownMilliseconds = knownAt.milliseconds
  }

  /// Demands are summed up in whole units of one of this. Of a million jobs with a gap of 10 ms each at a price of a
  /// day, the sum still fits.
  static let demandScale = 1_048_576.0
  private static let mostDemand: Float = 1e6

  var demandUnits: Int64 { Int64(Double(min(max(demand, 0), Self.mostDemand)) * Self.demandScale) }
  /// Whether its due time follows from a price.
  package var isPlanned: Bool { demand > 0 }
  /// Its job is lost: it is looked for, but no other waits for that, and no deadline is left to be met.
  package mutating func forsake() { knownMilliseconds = Self.longAgo }

  package var isLost: Bool { knownMilliseconds == Self.longAgo }

  private static let longAgo = -Int64.max / 4

  package var span: WatchedSpan { WatchedSpan(from: Double(from), known: known) }
  package var due: Duration { .milliseconds(dueMilliseconds) }
  package var knownAt: Duration { .milliseconds(knownMilliseconds) }

  /// It was seen at this time.
  mutating func see(
    _ span: WatchedSpan, of law: DurationBook.ID, isWatched: Bool, at uptime: Duration
  ) {
    self.law = law
    self.isWatched = isWatched
    known = span.known
    from = Float(span.from)
    knownMilliseconds = uptime.milliseconds
  }

  /// What a poll is for that no price puts off.
  package enum Question: Float, Sendable {
    case known = 0
    /// Whether there is such a job: thousands may be named at once, and no other job waits long for that.
    case first = -1
    /// The same again, after "no such job": no other job is asked for less often to make room for it.
    case again = -2
  }

  /// It waits behind the others.
  var isPatient: Bool { demand < 0 }
  /// The price leaves room for it.
  var isCounted: Bool { demand != Question.again.rawValue }

  /// Due at this time, whatever the price.
  package mutating func plan(at due: Duration, for question: Question = .known) {
    dueMilliseconds = due.milliseconds
    demand = question.rawValue
  }

  /// Due at this time, as it was planned at a price.
  package mutating func plan(at due: Duration, price: Double) {
    dueMilliseconds = due.milliseconds
    let gap = max(dueMilliseconds - knownMilliseconds, 1)
    demand = Float((2 * price).squareRoot() * 1000 / Double(gap))
  }

  /// The age at an uptime that is not before `knownAt`, in seconds.
  func age(at uptime: Duration) -> Double {
    known + Double(max(uptime.milliseconds - knownMilliseconds, 0)) / 1000
  }

  /// No plan puts its next poll off beyond this age, which it has not reached yet.
  package mutating func appoint(_ age: Duration?) {
    // Not before it, as far as a number of this size can tell.
    appointment = age.map { Float($0.seconds).nextUp } ?? .infinity
  }

  /// Due when the plan says so, or at its appointment.
  package mutating func plan(by plan: PollPlan) {
    let gap = plan.gap(after: known, salt: salt)
    let left = Double(appointment) - known
    if left < gap.seconds {
      self.plan(at: knownAt + .seconds(left))
    } else {
      self.plan(at: knownAt + gap, price: plan.price)
    }
  }
}

extension ScheduledPoll: Comparable {
  package static func < (left: ScheduledPoll, right: ScheduledPoll) -> Bool {
    (left.dueMilliseconds, left.job) < (right.dueMilliseconds, right.job)
  }

  package static func == (left: ScheduledPoll, right: ScheduledPoll) -> Bool {
    left.dueMilliseconds == right.dueMilliseconds && left.job == right.job
  }
}
