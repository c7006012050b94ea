import CloudAPI
import Foundation
import JobWatchCore
import CloudModel
import SimulatedCloud
import TestSupport
import Testing

@Suite struct OutageTests {
  private static let failures: [EventKind] = [
    .jobFailed, .jobLost, .jobUnknown, .jobLapsed, .jobAtRisk, .accountPaused,
  ]

  @Test(
    "ten seconds without a usable answer cost few calls and no verdict; the ends are told after",
    .timeLimit(.minutes(10)))
  func shortOutage() async throws {
    let keys = ["polling": "{floor: 200ms, ceiling: 1s}", "breaker": "{longest_probe: 2s}"]
    try await Testbed.run(.init(keys: keys)) { bed in
      let daemon = try await bed.startDaemon()
      let jobs = (0..<20).map { number in
        PlannedJob.succeeding(number < 10 ? .ecs : .dcs, after: .days(1))
      }
      try bed.submit(jobs)
      for job in jobs { _ = try await bed.log.first(.jobRunning, of: job.id) }
      let began = Testbed.clock()
      for fault in [Fault.unavailable, .page(status: 502), .reset] {
        for service in CloudService.all { bed.cloud.set(fault, for: service) }
        bed.end(jobs)
        // The length of the outage is what is tested.
        try await Task.sleep(for: .milliseconds(3333))
      }
      let ended = Testbed.clock()
      for service in CloudService.all { bed.cloud.clearFault(of: service) }
      let calls = bed.cloud.calls(since: began).count { $0.time < ended }
      // One for each job, as all may be due before a breaker opens, and of each service the probes, two seconds apart but
      // for the first.
      let most = jobs.count + 2 * (2 + Int((ended - began).seconds / 2))
      #expect((2...most).contains(calls), "\(calls) calls in \((ended - began).seconds) s")
      try await within(.seconds(10), "every end is told after the outage") {
        try await bed.told(jobs)
      }
      #expect(await daemon.terminate() == .code(0))
      let events = Set(try bed.log.all().map(\.event))
      #expect(events.isDisjoint(with: (Self.failures + [.endpointDown]).map(\.rawValue)))
    }
  }

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

  @Test(
    "that answers for no job, though it takes every call, is told as down, and its end",
    .timeLimit(.minutes(10)))
  func stalledService() async throws {
    var settings = Testbed.Settings()
    settings.keys["polling"] = "{floor: 200ms, ceiling: 200ms}"
    settings.keys["breaker"] = "{grace: 1s}"
    try await Testbed.run(settings) { bed in
      let body = #"{"error": {"code": "Ecs.4711", "message": "some new trouble"}}"#
      bed.cloud.set(.instead(Reply(status: 400, body: Array(body.utf8))), for: .ecs)
      let daemon = try await bed.startDaemon()
      // Fewer are told by themselves.
      let jobs = (0..<3).map { _ in PlannedJob.failing(after: .seconds(1)) }
      try bed.submit(jobs)
      let down = try await within(.seconds(20), "endpoint.down") {
        try await bed.log.first(.endpointDown)
      }
      #expect(down.data.cause?.contains("Ecs.4711") == true)
      bed.cloud.clearFault(of: .ecs)
      try await within(.seconds(20), "the end is told") { try await bed.told(jobs) }
      #expect(await daemon.terminate() == .code(0))
      #expect(try bed.log.all(.endpointDown).count == 1)
      #expect(try bed.log.all(.endpointUp).count == 1)
    }
  }
}
