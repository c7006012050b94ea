/// The distribution of a duration, as a rate of ending that is constant within each of many cells of age.
package struct DurationDistribution: Sendable {
  /// Ages in seconds, rising from 0; one more than there are hazards.
  package let edges: [Double]
  /// The rate at which jobs that run at an age end; 1/s, not negative. The last holds beyond its cell.
  package let hazards: [Double]
  /// The hazards summed up to each edge.
  private let sums: [Double]

  package init(edges: [Double], hazards: [Double]) {
    precondition(!hazards.isEmpty && edges.count == hazards.count + 1)
    self.edges = edges
    self.hazards = hazards
    var (sums, sum) = ([0.0], 0.0)
    sums.reserveCapacity(edges.count)
    for cell in hazards.indices {
      sum += hazards[cell] * (edges[cell + 1] - edges[cell])
      sums.append(sum)
    }
    self.sums = sums
  }

  /// Seconds: nothing is known of any age beyond it.
  package static let longestAge = AgeScale.edges[AgeScale.count]

  /// The share of jobs that take longer than this age, in seconds.
  package func survival(at age: Double) -> Double {
    let cell = cell(at: age)
    return (-(sums[cell] + hazards[cell] * max(0, age - edges[cell]))).exponential
  }

  /// The age, in seconds, by which this share of the jobs has ended that had not ended at an earlier age; infinite
  /// where so many never end.
  /// - Parameter share: from 0, and below 1.
  package func quantile(_ share: Double, beyond age: Double = 0) -> Double {
    let cell = cell(at: age)
    let sum = sums[cell] + hazards[cell] * max(0, age - edges[cell]) - (-share).logarithmOfOnePlus
    // The last edge with no more than the sum, beyond cells in which no job ends.
    let found = min(max(sums.lastIndex(notAfter: sum), 0), hazards.count - 1)
    let missing = sum - sums[found]
    guard missing > 0 else { return max(age, edges[found]) }
    return hazards[found] > 0 ? max(age, edges[found] + missing / hazards[found]) : .infinity
  }

  /// The ages, in seconds, between which eight in ten of the jobs end that had not ended at an earlier age. The upper one
  /// is infinite where more than one in ten never ends.
  func typical(beyond age: Double = 0) -> (from: Double, to: Double) {
    (quantile(0.1, beyond: age), quantile(0.9, beyond: age))
  }

  /// 1/s.
  package func hazard(at age: Double) -> Double { hazards[cell(at: age)] }

  private func cell(at age: Double) -> Int { min(max(edges.lastIndex(notAfter: age), 0), hazards.count - 1) }
}

extension [Double] {
  /// The last element of these, which rise, that is not greater than the value; -1 where the first is.
  func lastIndex(notAfter value: Double) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if self[middle] <= value { low = middle + 1 } else { high = middle }
    }
    return low - 1
  }
}
