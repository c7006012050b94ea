import Foundation
import JobWatchCore
import JobWatchStore
import CloudModel
import SimulatedCloud
import TestSupport
import Testing

@Suite struct QuotaRestartTests {
  /// More than any quota here lets through.
  private static let keys = ["polling": "{floor: 200ms, ceiling: 500ms}"]
  private static let kills = 8

  /// A new process that knew nothing of the calls of the last one would make a window's calls at once.
  @Test(
    "a daemon that is killed in mid-polling and started again is never throttled",
    .timeLimit(.minutes(10)))
  func killed() async throws {
    let settings = Testbed.Settings(
      account: ["quota": "{calls: 60, per: 5s}"], keys: Self.keys, cloudQuota: Quota(calls: 60, per: .seconds(5)))
    let seed = UInt64.random(in: .min ... .max)
    print("the kills follow the seed \(seed)")
    var random = SeededGenerator(seed)
    try await Testbed.run(settings) { bed in
      for number in 0..<Self.kills {
        let daemon = try await bed.startDaemon()
        if number == 0 { try bed.submit((0..<50).map { _ in .endless() }) }
        let calls = bed.cloud.log.total + Int.random(in: 1...20, using: &random)
        try await within(.seconds(60), "\(calls) calls") {
          try await bed.cloud.log.wait(count: calls)
        }
        if number % 4 == 3 {
          #expect(await daemon.terminate() == .code(0))
        } else {
          await daemon.kill()
        }
      }
      #expect(bed.cloud.throttledCalls.isEmpty)
    }
  }

  @Test(
    "what a throttling answer has taught holds for the next process, and so does its window",
    .timeLimit(.minutes(10)))
  func taught() async throws {
    let quota = Quota(calls: 8, per: .seconds(8))
    let settings = Testbed.Settings(keys: Self.keys, cloudQuota: quota)
    try await Testbed.run(settings) { bed in
      var daemon = try await bed.startDaemon()
      let changes = try FileEvents(of: bed.place.stateDirectory)
      try bed.submit((0..<40).map { _ in .endless() })
      try await within(.seconds(20), "the limit is on record") {
        try await Self.told(in: bed, changes)
      }
      await daemon.kill()
      for _ in 0..<3 {
        let calls = bed.cloud.log.total
        daemon = try await bed.startDaemon()
        try await within(.seconds(60), "calls") {
          try await bed.cloud.log.wait(count: calls + 3)
        }
        await daemon.kill()
      }
      let first = try #require(bed.cloud.throttledCalls.first)
      // Calls on their way arrive.
      let underWay = first.time + .seconds(2)
      #expect(bed.cloud.throttledCalls.allSatisfy { $0.time <= underWay })
      let early = bed.cloud.calls(since: underWay).count { $0.time < first.time + quota.per }
      #expect(early == 0)
    }
  }

  /// Returns once a limit that the cloud named is in the database.
  private static func told(in bed: Testbed, _ changes: FileEvents) async throws {
    let reader = StoreReader(path: bed.place.database)
    for await change in changes.stream where change.name.hasSuffix("-wal") {
      if try reader.read({ try $0.budgets.all() }).contains(where: \.isTold) { return }
    }
    throw CancellationError()
  }
}
