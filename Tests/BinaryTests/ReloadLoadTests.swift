import Foundation
import Glibc
import JobWatchCore
import CloudModel
import SimulatedCloud
import TestSupport
import Testing

@Suite struct `Reloads in quick succession` {
  /// How long the cloud takes for an answer.
  private static let answer = Duration.milliseconds(100)

  @Test(
    "lose no end, poll no job twice at once, and tear no log", .timeLimit(.minutes(10)))
  func underLoad() async throws {
    var settings = Testbed.Settings(keys: ["polling": "{floor: 200ms, ceiling: 400ms}"])
    settings.account["quota"] = "{calls: 500, per: 1s}"
    try await Testbed.run(settings) { bed in
      bed.cloud.set(.delivery(.late(Self.answer)), for: .ecs)
      let manager = try ServiceListener(in: bed.place)
      let daemon = try await bed.startDaemon(after: manager.environment)
      let jobs = (0..<40).map { PlannedJob.failing(after: .milliseconds(100 * $0)) }
      for job in jobs { try bed.submit([job]) }
      for _ in 0..<15 {
        daemon.send(SIGHUP)
        // The pace of the signals is what is tested.
        try await Task.sleep(for: .milliseconds(200))
      }
      try await within(.seconds(60), "every end is told") { try await bed.told(jobs) }
      let asked = ContinuousClock.now
      #expect(await daemon.terminate() == .code(0))
      #expect(await daemon.ended - asked < .seconds(5))
      let polls = Dictionary(grouping: bed.cloud.calls(service: .ecs), by: \.jobID).values
      for times in polls.map({ $0.map(\.time) }) {
        let shortest = zip(times, times.dropFirst()).map { $1 - $0 }.min() ?? .hours(1)
        #expect(shortest >= Self.answer, "\(shortest.text) between two polls")
      }
      let lines = try bed.log.all()
      #expect(lines.isGapless)
      #expect(lines.count { $0.event == "job.failed" } == jobs.count)
      let ids = try bed.events().filter { $0.type == "job.failed" }.map(\.id)
      #expect(ids.count == jobs.count && Set(ids).count == jobs.count)
    }
  }

  @Test("leave a stop as it is, whatever comes first", .timeLimit(.minutes(10)))
  func stop() async throws {
    try await Testbed.run { bed in
      let manager = try ServiceListener(in: bed.place)
      for pause in [0, 0, 1, 5, 20] {
        let daemon = try await bed.startDaemon(after: manager.environment)
        daemon.send(SIGHUP)
        // The moment is left to chance; nothing is waited for.
        try await Task.sleep(for: .milliseconds(pause))
        let asked = ContinuousClock.now
        let coming = manager.log.stream()
        daemon.send(SIGTERM)
        daemon.send(SIGHUP)
        #expect(await daemon.exit == .code(0), "\(pause) ms after SIGHUP")
        #expect(await daemon.ended - asked < .seconds(5))
        // It was sent before the end, and may be read after it.
        try await within(.seconds(30), "STOPPING") {
          for await heard in coming where heard.notice.isStopping { return }
        }
        #expect(manager.log.entries.last?.notice.isStopping == true)
      }
      #expect(try bed.log.all(.daemonStopped).count == 5)
    }
  }
}
