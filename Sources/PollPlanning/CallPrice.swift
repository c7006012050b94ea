import JobWatchCore

/// The price of a call at one endpoint, in seconds of latency: the user's, or more where the quota is too short for it.
///
/// Gaps grow with the square root of the price. The sum of the jobs' demands tells at which price their calls fill 98 %
/// of the quota, less what calls take that no plan made. A slow correction takes up what the sum does not know, such as
/// jobs that end. A backlog raises the price while it lasts.
///
/// The price moves by at most 3 % a step of 5 s, and by at most 3 % per hundredth of the mean gap between two polls of a
/// job where that gap is below 500 s: a jump would move the due times of most jobs past one another, and leave the quota unused for a gap. See `Polling.md`.
struct CallPrice: Hashable, Sendable {
  /// The calls that the jobs of one (account, service) need and get.
  struct Load: Sendable {
    var demand: Double
    /// Calls a second that the quota grants.
    var rate: Double
    /// Calls that were due, since the last step.
    var calls = 0
    /// Of these, those whose time no price moves.
    var unplanned = 0
    var backlog = 0
    /// Jobs that are polled now and then; nil: so many that the price moves at its slowest.
    var jobs: Int?
  }

  /// Seconds of latency that one call is worth.
  private(set) var value: Double
  /// A factor of the price aimed at, learned from the number of calls that come due.
  private(set) var correction: Double
  /// The price that the user sets, directly or by a target.
  var least: Double {
    didSet { value = max(value, least) }
  }
  private let isRestored: Bool
  private var steppedAt: Duration?
  /// Calls a second that came due, with a memory of two minutes.
  private var seen: Double?
  /// Calls a second that no plan made, with a memory of one minute.
  private var unplanned: Double?

  static let interval = Duration.seconds(5)
  /// The share of the quota that is planned for.
  private static let fill = 0.98
  /// In an interval, at the least.
  private static let slew = 1.03
  /// Seconds between two polls of a job, on the mean, from which on the price moves no slower.
  private static let slowGap = 100 * interval.seconds
  /// The most by which it moves at once is this power of the least.
  private static let mostSlews = 40.0
  /// The least share of the quota that is left to plans.
  private static let leastPlanned = 0.1
  /// Seconds.
  private static let (memory, unplannedMemory) = (120.0, 60.0)
  /// A percent a minute at the most: what follows an outage, or a change of the quota, is over by then.
  private static let (correctionTime, trimPace, correctionRange) = (1800.0, 0.3, 0.3...3.0)
  /// A backlog of half a minute makes a call a quarter dearer, and none makes it more, because a high price would leave
  /// the quota unused after the backlog.
  private static let (backlogTime, backlogMost) = (120.0, 1.25)
  private static let most = 1e6

  /// - Parameters:
  ///   - least: seconds.
  ///   - value: as it was when it was stored; nil: nothing is known of the load, and the first step may go anywhere.
  ///   - correction: as it was when it was stored.
  init(least: Double, value: Double? = nil, correction: Double = 1) {
    self.least = least
    self.value = max(value ?? least, least)
    isRestored = value != nil
    self.correction = min(max(correction, Self.correctionRange.lowerBound), Self.correctionRange.upperBound)
  }

  func isDue(at uptime: Duration) -> Bool {
    steppedAt.map { uptime - $0 >= Self.interval } ?? true
  }

  /// Follows the load, at most once per `interval`. The first step goes where it is aimed, unless a price was stored. Any
  /// other is small, and a pause of any length counts as one interval. No step is made while no call may be made.
  mutating func step(_ load: Load, at uptime: Duration) {
    guard isDue(at: uptime), load.rate > 0 else { return }
    let isFirst = steppedAt == nil && !isRestored
    let seconds = steppedAt.map { max(uptime - $0, Self.interval).seconds } ?? Self.interval.seconds
    steppedAt = uptime
    let granted = Self.fill * load.rate
    let planned = granted - noteUnplanned(load, over: seconds)
    let root = load.demand / max(planned, Self.leastPlanned * load.rate)
    let aim = 0.5 * root * root
    if !isFirst { correct(load, granted: granted, over: seconds, isFree: aim * correction > least) }
    let wait = Double(load.backlog) / load.rate
    let wanted = aim * correction * min(1 + wait / Self.backlogTime, Self.backlogMost)
    let slew = Self.slew(load)
    let (low, high) = isFirst ? (least, Self.most) : (value / slew, value * slew)
    value = min(max(wanted, low, least), max(high, least))
  }

  private static func slew(_ load: Load) -> Double {
    guard let jobs = load.jobs else { return slew }
    let gap = max(Double(jobs), 1) / load.rate
    return (slew.logarithm * min(max(slowGap / gap, 1), mostSlews)).exponential
  }

  private mutating func noteUnplanned(_ load: Load, over seconds: Double) -> Double {
    let now = Double(load.unplanned) / seconds
    let share = min(seconds / Self.unplannedMemory, 1)
    unplanned = unplanned.map { $0 + share * (now - $0) } ?? now
    return unplanned ?? now
  }

  /// Corrects nothing where the price is the user's, because fewer calls than the quota allows are right then.
  private mutating func correct(_ load: Load, granted: Double, over seconds: Double, isFree: Bool) {
    let now = Double(load.calls) / seconds + Double(load.backlog) / Self.memory
    let share = min(Self.interval.seconds / Self.memory, 1)
    seen = seen.map { $0 + share * (now - $0) } ?? now
    guard isFree, let seen else { return }
    let excess = min(max(2 * (seen / granted - 1), -Self.trimPace), Self.trimPace)
    let corrected = correction * (Self.interval.seconds / Self.correctionTime * excess).exponential
    correction = min(max(corrected, Self.correctionRange.lowerBound), Self.correctionRange.upperBound)
  }
}

/// A price of a call on a scale of tenths: plans are kept, and a target is sought, for these prices alone.
struct PriceStep: Hashable, Comparable, Sendable {
  private let index: Int

  /// 10 ms and an hour of latency for a call.
  static let (least, most) = (PriceStep(near: 0.01), PriceStep(near: 3600))
  private static let factor = 1.1

  private init(index: Int) { self.index = index }

  /// - Parameter price: seconds.
  init(near price: Double) {
    index = Int((min(max(price, 1e-3), 1e9).logarithm / Self.factor.logarithm).rounded())
  }

  /// Seconds.
  var price: Double { price(beyond: 0) }

  /// The price a part of a step higher, in seconds.
  func price(beyond part: Double) -> Double { ((Double(index) + part) * Self.factor.binaryLogarithm).powerOfTwo }

  func moved(by steps: Int) -> PriceStep { PriceStep(index: index + steps) }

  func steps(to other: PriceStep) -> Int { other.index - index }

  /// About the number of steps that multiply a mean latency by this: it grows with the square root of the price.
  static func steps(forLatency factor: Double) -> Int {
    Int((2 * factor.logarithm / Self.factor.logarithm).rounded(.towardZero))
  }

  static func < (left: PriceStep, right: PriceStep) -> Bool { left.index < right.index }
}
