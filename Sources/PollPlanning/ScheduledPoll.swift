import JobWatchCore

/// The next poll of a watched job: 56 bytes, because a million of them may be in memory.
package struct ScheduledPoll: Sendable {
  package let job: Int64
  private(set) var type: DurationBook.ID
  package let jitterSeed: UInt32
  package let endpoint: PollQueue.Endpoint
  /// True if the book counts it among those that run, over its span.
  package private(set) var isWatched: Bool
  /// The ages between which it was seen, in seconds.
  private var from: Float
  private var known: Double
  /// The uptimes at which the job had the age `known`, and of its next poll.
  private var knownMilliseconds: Int64
  private var dueMilliseconds: Int64 = 0
  /// √(2·price) ÷ the planned gap in seconds, with the price of that plan. Zero or less: no price moves its due time, and
  /// the value is its `Purpose`.
  private var demand: Float = 0
  /// The age, in seconds, at which it is polled whatever the price.
  private var deadline = Float.infinity

  /// - Parameter knownAt: the uptime at which the job had the age up to which its span is known.
  init(
    job: Int64, endpoint: PollQueue.Endpoint, type: DurationBook.ID, jitterSeed: UInt32,
    span: WatchedSpan, isWatched: Bool, knownAt: Duration
  ) {
    (self.job, self.endpoint, self.jitterSeed) = (job, endpoint, jitterSeed)
    (self.type, self.isWatched) = (type, isWatched)
    (from, known) = (Float(span.from), span.known)
    knownMilliseconds = knownAt.milliseconds
  }

  /// Demands are summed up in whole units, without an error. The sum of a million jobs with gaps of 10 ms at a price of
  /// a day still fits.
  static let demandScale = 1_048_576.0
  private static let mostDemand: Float = 1e6

  var demandUnits: Int64 { Int64(Double(min(max(demand, 0), Self.mostDemand)) * Self.demandScale) }
  /// True if its due time follows from a price.
  package var isPlanned: Bool { demand > 0 }

  /// Its job is lost, and is only looked for: no deletion of its record is left to be met.
  mutating func markLost() { knownMilliseconds = Self.longAgo }

  package var isLost: Bool { knownMilliseconds == Self.longAgo }

  private static let longAgo = -Int64.max / 4

  package var span: WatchedSpan { WatchedSpan(from: Double(from), known: known) }
  package var due: Duration { .milliseconds(dueMilliseconds) }
  package var knownAt: Duration { .milliseconds(knownMilliseconds) }

  mutating func see(_ span: WatchedSpan, of type: DurationBook.ID, isWatched: Bool, at uptime: Duration) {
    (self.type, self.isWatched) = (type, isWatched)
    (from, known) = (Float(span.from), span.known)
    knownMilliseconds = uptime.milliseconds
  }

  /// The purpose of a poll that no price puts off.
  enum Purpose: Float, Sendable {
    /// To follow a job that there is.
    case follow = 0
    /// To learn if there is such a job. Thousands may be named at once, and no other job waits long for that.
    case first = -1
    /// The same again, after "no such job". No other job is polled less often to make room for it.
    case again = -2
  }

  /// It waits behind the others.
  var isPatient: Bool { demand < 0 }
  /// The price leaves room for it.
  var isCounted: Bool { demand != Purpose.again.rawValue }

  /// Due at this time, whatever the price.
  mutating func plan(at due: Duration, for purpose: Purpose = .follow) {
    dueMilliseconds = due.milliseconds
    demand = purpose.rawValue
  }

  /// Due at this time, as it was planned at a price.
  mutating func plan(at due: Duration, price: Double) {
    dueMilliseconds = due.milliseconds
    let gap = max(dueMilliseconds - knownMilliseconds, 1)
    demand = Float((2 * price).squareRoot() * 1000 / Double(gap))
  }

  /// The age at an uptime that is not before `knownAt`, in seconds.
  func age(at uptime: Duration) -> Double { known + Double(max(uptime.milliseconds - knownMilliseconds, 0)) / 1000 }

  /// No plan puts its next poll off beyond this age, which it has not reached yet.
  mutating func setDeadline(_ age: Duration?) {
    // Not before it, as far as a number of this size can tell.
    deadline = age.map { Float($0.seconds).nextUp } ?? .infinity
  }

  /// Due when the plan says so, or at its deadline.
  mutating func plan(by plan: PollPlan) {
    let gap = plan.gap(after: known, jitterSeed: jitterSeed)
    let left = Double(deadline) - known
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
