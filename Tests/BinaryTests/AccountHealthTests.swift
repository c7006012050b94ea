import CloudAPI
import Foundation
import JobWatchCore
import CloudModel
import SimulatedCloud
import TestSupport
import Testing

@Suite struct `An account in trouble` {
  @Test("of which one service is forbidden goes on with the others", .timeLimit(.minutes(10)))
  func forbiddenService() async throws {
    var settings = Testbed.Settings()
    settings.keys["polling"] = "{floor: 200ms, ceiling: 200ms}"
    // Fifty polls a second are wanted: none of them waits for the budget.
    settings.account["quota"] = "{calls: 500, per: 1s}"
    try await Testbed.run(settings) { bed in
      bed.cloud.set(.forbidden, for: .dcs)
      let daemon = try await bed.startDaemon()
      let barred = PlannedJob.failing(.dcs, after: .seconds(1))
      let jobs = (1...10).map { PlannedJob.failing(after: .milliseconds(400 * $0)) }
      try bed.submit(jobs + [barred])
      let paused = try await within(.seconds(20), "account.paused") {
        try await bed.log.first(.accountPaused)
      }
      #expect(paused.data.service == "dcs")
      #expect(paused.data.cure?.contains("dcs") == true)
      try await within(.seconds(20), "every end of ECS is told") { try await bed.told(jobs) }
      #expect(bed.cloud.calls(service: .dcs).map(\.status) == [403])
      // A second at this pace, counted in polls: a busy machine holds up all of them alike.
      let calls = bed.cloud.calls(service: .ecs)
      for polls in Dictionary(grouping: calls.indices, by: { calls[$0].jobID }).values {
        let longest = zip(polls, polls.dropFirst()).map { $1 - $0 }.max() ?? 0
        #expect(longest <= 5 * jobs.count, "\(longest) calls between two polls of one job")
      }
      #expect(await daemon.terminate() == .code(0))
      #expect(try bed.log.all(.accountPaused).count == 1)
    }
  }
}
