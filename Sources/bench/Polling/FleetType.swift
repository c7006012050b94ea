import JobWatchCore
import PollPlanning
import TestSupport

/// One job type of the fleet: invented, from concentrated to wide, around what its name suggests.
struct FleetType: Sendable {
  var name: String
  /// Of the jobs that begin.
  var share: Double
  var law: TrueLaw

  /// Their mean is 1854 s.
  static let all = [
    FleetType(name: "createServer", share: 0.18, law: .normal(mean: 240, deviation: 30)),
    FleetType(name: "deleteServer", share: 0.12, law: .logNormal(median: 40, sigma: 0.5)),
    FleetType(name: "attachVolume", share: 0.12, law: .logNormal(median: 12, sigma: 0.35)),
    FleetType(name: "resizeServer", share: 0.08, law: .normal(mean: 300, deviation: 60)),
    FleetType(name: "createDCSInstance", share: 0.1, law: .logNormal(median: 420, sigma: 0.25)),
    FleetType(name: "dcsBackup", share: 0.1, law: .logNormal(median: 900, sigma: 0.8)),
    FleetType(name: "dcsRestore", share: 0.08, law: .uniform(low: 300, high: 2400)),
    FleetType(name: "dcsResize", share: 0.06, law: .logNormal(median: 1500, sigma: 0.5)),
    FleetType(
      name: "masterStandbySwap", share: 0.06,
      law: .mixture([
        (0.8, .logNormal(median: 60, sigma: 0.1)), (0.2, .logNormal(median: 600, sigma: 0.15)),
      ])),
    FleetType(name: "dataMigration", share: 0.1, law: .logNormal(median: 10_900, sigma: 0.7)),
  ]

  /// Of jobs of any type that never end.
  static let hungShare = 0.001

  static func index(using random: inout SeededGenerator) -> Int {
    var left = random.unit()
    for (index, type) in all.enumerated() {
      left -= type.share
      if left < 0 { return index }
    }
    return all.count - 1
  }

  /// What a thousand and more jobs teach.
  func trained(on jobs: Int, seed: UInt64) -> DurationModel {
    let type = PollingCase(
      name: name, law: law, hungShare: Self.hungShare, leastCosts: [])
    return type.trained(on: type.training(jobs, seed: seed))
  }
}
