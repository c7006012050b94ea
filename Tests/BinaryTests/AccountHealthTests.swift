import CloudAPI
import Foundation
import JobWatchCore
import CloudModel
import SimulatedCloud
import TestSupport
import Testing

@Suite struct `An account in trouble` {
  @Test(
    "with a wrong key and 50 due jobs costs one refused call per probe", .timeLimit(.minutes(10)))
  func wrongKey() async throws {
    var settings = Testbed.Settings()
    settings.keys["probes"] = "[500ms, 1s, 1500ms, 2s]"
    try await Testbed.run(settings) { bed in
      try bed.place.write("not-the-secret-key\n", to: bed.place.secretKeyFile)
      let daemon = try await bed.startDaemon()
      let jobs = (0..<50).map { PlannedJob.failing($0 % 2 == 0 ? .ecs : .dcs, after: .seconds(1)) }
      try bed.submit(jobs)
      try await within(.seconds(20), "the first call and four probes") {
        try await bed.cloud.log.wait(count: 5)
      }
      let times = bed.cloud.log.entries.map(\.time)
      let gaps = zip(times, times.dropFirst()).map { $1 - $0 }
      for (gap, step) in zip(gaps, [500, 1000, 1500, 2000].map { Duration.milliseconds($0) }) {
        // A timer may be a tick early, by the clock of another process.
        #expect(gap >= step - .milliseconds(20), "after \(gap.text)")
      }
      #expect(gaps.count == 4)
      // The fifth refusal has locked the key; that is the cloud's, and time is not up.
      #expect(bed.cloud.log.entries.allSatisfy { $0.status == 401 })
      #expect(await daemon.terminate() == .code(0))
      #expect(try bed.log.all(.accountPaused).count == 1)
    }
  }

  @Test(
    "whose key is revoked in mid-flight is refused no more than what was under way",
    .timeLimit(.minutes(10)))
  func revokedKey() async throws {
    var settings = Testbed.Settings()
    settings.keys["polling"] = "{floor: 100ms, ceiling: 100ms}"
    try await Testbed.run(settings) { bed in
      let daemon = try await bed.startDaemon()
      try bed.submit((0..<40).map { _ in PlannedJob.endless() })
      try await bed.cloud.log.wait(count: 200)
      bed.cloud.credentials = AcceptedCredentials()
      let paused = try await within(.seconds(20), "account.paused") {
        try await bed.log.first(.accountPaused)
      }
      // By then nothing is under way any more. That nothing follows can only be seen by waiting, for what would be
      // some 400 calls.
      let told = Testbed.clock()
      try await Task.sleep(for: .seconds(1))
      #expect(bed.cloud.calls(since: told).isEmpty)
      #expect(bed.cloud.refusedCalls.allSatisfy { $0.time <= paused.time + .seconds(1) })
      #expect((1...40).contains(bed.cloud.refusedCalls.count))
      #expect(await daemon.terminate() == .code(0))
    }
  }

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
      // What the bar would hold up, it would hold up for minutes.
      let held = zip(calls, calls.dropFirst()).map { $1.time - $0.time }.max() ?? .zero
      #expect(held <= .seconds(5), "\(held.text) without any poll")
      #expect(await daemon.terminate() == .code(0))
      #expect(try bed.log.all(.accountPaused).count == 1)
    }
  }
}
