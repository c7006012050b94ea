import JobWatchCore

/// When jobs of one distribution are asked for at one price: for each age at which a job was last seen running, the age of
/// its next poll. It minimises the mean latency of detection plus the price of each call. See `Polling.md`.
///
/// All ages are seconds since a job's begin. A plan takes up to 130 KB, and is shared by all jobs of its type.
package final class PollPlan: GapPlan {
  /// How finely it is planned.
  package struct Detail: Sendable {
    /// Ages to choose from, for each gap.
    package var perGap = 8.0
    /// In gaps as they are where polls are many.
    package var lookAhead = 8.0
    /// Seconds; beyond this age a local rule holds.
    package var horizon = 86_400.0
    /// Ages to choose from in all; beyond the last the local rule holds.
    package var most = 8192

    package init() {}
  }

  /// Seconds of latency that one call is worth.
  package let price: Double
  let bounds: PollBounds
  /// Calls that a job costs, as the distribution has it; of a job that runs past the table, those up to its end.
  package let calls: Double
  /// Seconds from its end to the poll that finds it, for a job that ends within the table.
  package let meanLatency: Double

  private let distribution: DurationDistribution
  /// The table: ages, rising from 0, and for each the index of the age of the next poll.
  private let ages: [Double]
  private let next: [Int]

  /// - Parameter price: seconds, at least a millisecond.
  init(
    distribution: DurationDistribution, price: Double, bounds: PollBounds, detail: Detail = Detail()
  ) {
    self.distribution = distribution
    self.price = max(price, 1e-3)
    self.bounds = bounds
    let candidates = PollCandidates(
      distribution: distribution, price: self.price, bounds: bounds, detail: detail)
    next = candidates.best(price: self.price, bounds: bounds, lookAhead: detail.lookAhead)
    ages = candidates.list.map(\.age)
    (calls, meanLatency) = candidates.cost(of: next)
  }

  /// With the bounds that hold where none are configured.
  package convenience init(
    distribution: DurationDistribution, price: Double, detail: Detail = Detail()
  ) {
    self.init(distribution: distribution, price: price, bounds: PollBounds(), detail: detail)
  }

  /// The age of the next poll of a job that was last seen running at this age; 0 for one that was not seen yet. Where
  /// the job is older than that already, because it was registered late, the poll is due at once.
  package func nextAge(after known: Double) -> Double {
    let index = ages.lastIndex(notAfter: known)
    let wanted: Double
    if index + 1 < ages.count {
      wanted = ages[next[max(index, 0)]]
    } else {
      // Where the rate hardly changes within a gap, this gap is about the best.
      wanted = known + (2 * price / max(distribution.hazard(at: known), 1e-12)).squareRoot()
    }
    return min(max(wanted, known + bounds.floor), known + bounds.ceiling)
  }

  /// The gap from the age at which a job was last seen running to its next poll. It is moved by up to a tenth of the
  /// shorter of this gap and the next: jobs that began together do not ask together. The move follows from the job and
  /// the age, and is the same after a restart.
  package func gap(after known: Double, jitterSeed: UInt32) -> Duration {
    let age = nextAge(after: known)
    let gap = min(age - known, nextAge(after: age) - age)
    var hash = StableHash()
    hash.combine(UInt64(jitterSeed))
    hash.combine(known.bitPattern)
    let moved = age - known + 0.1 * gap * (2 * hash.unit - 1)
    return .milliseconds(Int64((1000 * min(max(moved, bounds.floor), bounds.ceiling)).rounded()))
  }

  /// The ages of all polls of a job that does not end, up to the first that is not before the horizon.
  package func schedule(until horizon: Double) -> [Double] {
    var (polls, age) = ([Double](), 0.0)
    while age < horizon {
      age = nextAge(after: age)
      polls.append(age)
    }
    return polls
  }
}

/// Between which lengths every gap between two polls of a job lies, in seconds; at least a millisecond.
struct PollBounds: Hashable, Sendable {
  let floor: Double
  let ceiling: Double

  /// A floor above the ceiling gives way to it: the ceiling guards against a record that is deleted unseen.
  init(floor: Double = 1, ceiling: Double = 3600) {
    self.ceiling = max(ceiling, 1e-3)
    self.floor = min(max(floor, 1e-3), self.ceiling)
  }
}

extension PollPolicy {
  func bounds(_ retention: RetentionPolicy) -> PollBounds {
    PollBounds(floor: floor / .seconds(1), ceiling: ceiling(retention) / .seconds(1))
  }
}

extension PollCandidates {
  /// The calls and the mean latency of the schedule from age 0.
  fileprivate func cost(of next: [Int]) -> (calls: Double, meanLatency: Double) {
    var (calls, late, index) = (0.0, 0.0, 0)
    while index + 1 < list.count {
      let (here, poll) = (list[index], list[next[index]])
      calls += here.survival
      late += here.survival * (poll.age - here.age) - (poll.lived - here.lived)
      index = next[index]
    }
    return (calls, late / max(1 - list[index].survival, 1e-12))
  }
}
