import JobWatchCore
import TestSupport
import Testing

@testable import PollPlanning

@Suite struct `A distribution of durations` {
  @Test func `tells by which age a share of the jobs that still run has ended`() {
    var random = SeededGenerator(21)
    for _ in 0..<200 {
      let law = DurationDistribution.random(&random)
      let age = Double.random(in: 0...2000, using: &random)
      guard law.survival(at: age) > 1e-9 else { continue }
      var last = age
      for share in [0.05, 0.1, 0.5, 0.9, 0.999] {
        let found = law.quantile(share, beyond: age)
        #expect(found >= last)
        last = found
        let left = law.survival(at: found.isFinite ? found : 1e15) / law.survival(at: age)
        if found.isFinite {
          #expect(abs(left - (1 - share)) < 1e-6)
        } else {
          #expect(left > 1 - share)
        }
      }
    }
  }

  @Test func `tells between which ages a job typically ends, of those that are left`() {
    let law = DurationDistribution.uniform(100, 200)
    let (from, to) = law.typical()
    #expect(abs(from - 110) < 0.1 && abs(to - 190) < 0.1)
    let later = law.typical(beyond: 150)
    #expect(abs(later.from - 155) < 0.1 && abs(later.to - 195) < 0.1)
    let endless = DurationDistribution(edges: [0, 10, 20], hazards: [0.1, 0])
    #expect(endless.typical().to == .infinity)
  }
}
