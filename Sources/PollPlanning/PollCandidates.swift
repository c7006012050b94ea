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
  init(
    distribution: DurationDistribution, price: Double, bounds: PollBounds, detail: PollPlan.Detail
  ) {
    self.distribution = distribution
    horizon = detail.horizon
    var (density, polls, ended) = ([Double](), 0.0, 0.0)
    for (cell, rate) in distribution.hazards.enumerated() {
      let width = min(distribution.edges[cell + 1], horizon) - distribution.edges[cell]
      // Where less than one job in a million is left, or the horizon is reached, a local rule is as good.
      guard width > 0, ended < 13.8 else { break }
      density.append(
        min(max((rate / (2 * price)).squareRoot(), 1 / bounds.ceiling), 1 / bounds.floor))
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
  /// For each candidate as the age at which a job was last seen running, the one at which it is best polled next:
  /// that which makes the least of the mean latency, and the price for each call, up to the last candidate.
  ///
  /// From the back: with W the cost of all that follows, times the share of jobs that comes so far,
  /// `W(a) = min over b of price·S(a) + (b − a)·S(a) − ∫S from a to b + W(b)`. What in it depends on b is a straight
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
      // The costs are W less what was lived, which cancels between neighbours.
      rest[index] = here.survival * (price - here.age) + least
    }
    return next
  }
}
