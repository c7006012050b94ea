import CloudAPI
import Foundation
import JobWatchCore
import CloudModel
import SimulatedCloud
import TestSupport
import Testing

@Suite struct OutageTests {
  @Test(
    "an outage that outlasts the grace is told once, and so is its end", .timeLimit(.minutes(10)))
  func longOutage() async throws {
    let keys = [
      "polling": "{floor: 200ms, ceiling: 1s}", "breaker": "{grace: 2s, longest_probe: 1s}",
    ]
    try await Testbed.run(.init(keys: keys)) { bed in
      let daemon = try await bed.startDaemon()
      let jobs = (0..<10).map { _ in PlannedJob.failing(after: .days(1)) }
      try bed.submit(jobs)
      for job in jobs { _ = try await bed.log.first(.jobRunning, of: job.id) }
      bed.cloud.set(.unavailable, for: .ecs)
      bed.end(jobs)
      let began = Testbed.clock()
      let down = try await within(.seconds(10), "endpoint.down") {
        try await bed.log.first(.endpointDown)
      }
      #expect((2.0..<6).contains((down.time - began).seconds))
      #expect(down.data.service == "ecs")
      #expect(down.data.cause?.contains("503") == true)
      for _ in 1...2 {
        _ = try await within(.seconds(10), "a probe") {
          try await bed.cloud.log.next { $0.service == .ecs }
        }
      }
      bed.cloud.clearFault(of: .ecs)
      try await within(.seconds(10), "every end is told") { try await bed.told(jobs) }
      #expect(await daemon.terminate() == .code(0))
      #expect(try bed.log.all(.endpointDown).count == 1)
      #expect(try bed.log.all(.endpointUp).count == 1)
      let types = try bed.events().map(\.type)
      #expect(types.count { $0 == "endpoint.down" } == 1)
      #expect(types.count { $0 == "endpoint.up" } == 1)
    }
  }
}
