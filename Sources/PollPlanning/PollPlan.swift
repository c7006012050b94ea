import JobWatchCore

/// For each age at which a job was last seen running, the age of its next poll. It minimises the mean latency of
/// detection plus the price of each call, for jobs of one distribution. See `Polling.md`.
///
/// All ages are seconds since a job's begin. A plan takes up to 130 KB, and all jobs of its type share it.
package final class PollPlan: GapPlan {
  /// How finely it is planned.
  struct Detail: Sendable {
    /// Ages to choose from, for each gap.
    var perGap = 8.0
    /// In gaps as they are where polls are many.
    var lookAhead = 8.0
    /// Seconds; beyond this age a local rule holds.
    var horizon = 86_400.0
    /// Ages to choose from in all; beyond the last the local rule holds.
    var most = 8192
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
  init(distribution: DurationDistribution, price: Double, bounds: PollBounds, detail: Detail = Detail()) {
    self.distribution = distribution
    self.price = max(price, 1e-3)
    self.bounds = bounds
    let candidates = PollCandidates(distribution: distribution, price: self.price, bounds: bounds, detail: detail)
    next = candidates.best(price: self.price, bounds: bounds, lookAhead: detail.lookAhead)
    ages = candidates.list.map(\.age)
    (calls, meanLatency) = candidates.cost(of: next)
  }

  /// With the bounds that hold where none are configured.
  /// - Parameters:
  ///   - horizon: seconds; beyond this age a local rule holds.
  ///   - isExact: planned as finely as is useful, however long it takes.
  package convenience init(
    distribution: DurationDistribution, price: Double, horizon: Double = 86_400, isExact: Bool = false
  ) {
    self.init(
      distribution: distribution, price: price, bounds: PollBounds(),
      detail: isExact ? Detail(perGap: 40, lookAhead: 12, horizon: horizon, most: .max) : Detail(horizon: horizon))
  }

  /// The age of the next poll of a job that was last seen running at this age; 0: it was not seen yet. The poll is due at
  /// once where the job, which was registered late, is older than that.
  package func nextAge(after known: Double) -> Double {
    let index = ages.lastIndex(notAfter: known)
    let wanted: Double
    if index + 1 < ages.count {
      wanted = ages[next[max(index, 0)]]
    } else {
      // About the best gap where the rate hardly changes within it.
      wanted = known + (2 * price / max(distribution.hazard(at: known), 1e-12)).squareRoot()
    }
    return min(max(wanted, known + bounds.floor), known + bounds.ceiling)
  }

  /// The gap from the age at which a job was last seen running to its next poll. It is moved by up to a tenth of the
  /// shorter of this gap and the next, because jobs that began together must not be polled together. The move follows
  /// from the job and the age, and is the same after a restart.
  package func gap(after known: Double, jitterSeed: UInt32) -> Duration {
    let age = nextAge(after: known)
    let gap = min(age - known, nextAge(after: age) - age)
    var hash = StableHash()
    hash.combine(UInt64(jitterSeed))
    hash.combine(known.bitPattern)
    let moved = age - known + 0.1 * gap * (2 * hash.unit - 1)
    return .milliseconds(Int64((1000 * min(max(moved, bounds.floor), bounds.ceiling)).rounded()))
  }
}

/// The shortest and the longest gap between two polls of a job, in seconds; at least a millisecond.
struct PollBounds: Hashable, Sendable {
  let floor: Double
  let ceiling: Double

  /// A floor above the ceiling gives way to it, because the ceiling guards against a record that is deleted unseen.
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

/// The ages from which a plan chooses its polls: eight to a gap, evenly in the best density where polls are many, which
/// is √(hazard ÷ 2·price) a second.
struct PollCandidates {
  struct Candidate {
    /// Seconds.
    var age = 0.0
    /// The share of jobs that take longer.
    var survival = 1.0
    /// That share summed over the seconds up to this age.
    var lived = 0.0
    /// The density summed over the seconds up to this age: about how many polls there are.
    var polls = 0.0
  }

  /// At least two, the first at age 0.
  private(set) var list = [Candidate()]
  private let distribution: DurationDistribution
  private let density: [Double]
  private let horizon: Double

  /// - Parameter price: seconds of latency that a call is worth.
  init(distribution: DurationDistribution, price: Double, bounds: PollBounds, detail: PollPlan.Detail) {
    self.distribution = distribution
    horizon = detail.horizon
    var (density, polls, ended) = ([Double](), 0.0, 0.0)
    for (cell, rate) in distribution.hazards.enumerated() {
      let width = min(distribution.edges[cell + 1], horizon) - distribution.edges[cell]
      // Where less than one job in a million is left, or the horizon is reached, a local rule is as good.
      guard width > 0, ended < 13.8 else { break }
      density.append(min(max((rate / (2 * price)).squareRoot(), 1 / bounds.ceiling), 1 / bounds.floor))
      polls += density[cell] * width
      ended += rate * width
    }
    self.density = density
    // Where few polls are the best, the first is chosen from many ages all the same.
    fill(step: min(1 / detail.perGap, polls / 512), most: detail.most)
  }

  private mutating func fill(step: Double, most: Int) {
    var here = Candidate()
    for (cell, density) in density.enumerated() {
      let end = min(distribution.edges[cell + 1], horizon)
      while list.count < most {
        let age = here.age + (step * Double(list.count) - here.polls) / density
        guard age < end else { break }
        here.move(to: age, rate: distribution.hazards[cell], density: density)
        list.append(here)
      }
      guard list.count < most else { return }
      here.move(to: end, rate: distribution.hazards[cell], density: density)
    }
    list.append(here)
  }
}

extension PollCandidates.Candidate {
  /// Within one cell of the distribution.
  fileprivate mutating func move(to next: Double, rate: Double, density: Double) {
    let seconds = next - age
    let stays = (-rate * seconds).exponential
    lived += survival * (rate * seconds > 1e-9 ? (1 - stays) / rate : seconds)
    survival *= stays
    polls += density * seconds
    age = next
  }
}

extension PollCandidates {
  /// For each candidate as the age at which a job was last seen running, the index of the one at which it is best polled
  /// next, up to the last candidate.
  ///
  /// From the back, with W the cost of all that follows, times the share of jobs that comes so far:
  /// `W(a) = min over b of price·S(a) + (b − a)·S(a) − ∫S from a to b + W(b)`. The part that depends on b is a straight
  /// line in S(a).
  func best(price: Double, bounds: PollBounds, lookAhead: Double) -> [Int] {
    let (ages, last) = (list.map(\.age), list.count - 1)
    var next = Array(repeating: last, count: list.count)
    var rest = list.map { -$0.lived }
    var (near, far) = (last, last)
    for index in (0..<last).reversed() {
      let here = list[index]
      while near > index + 1, ages[near - 1] - here.age >= bounds.floor * (1 - 1e-9) { near -= 1 }
      while far > near,
        ages[far] - here.age > bounds.ceiling || list[far].polls - here.polls > lookAhead
      {
        far -= 1
      }
      var (least, choice) = (Double.infinity, near)
      for candidate in near...far {
        let cost = here.survival * ages[candidate] + rest[candidate]
        if cost < least { (least, choice) = (cost, candidate) }
      }
      next[index] = choice
      // W less the time lived, which cancels between neighbours.
      rest[index] = here.survival * (price - here.age) + least
    }
    return next
  }
}
