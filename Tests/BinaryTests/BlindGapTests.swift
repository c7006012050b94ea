import Foundation
import Glibc
import JobWatchCore
import CloudModel
import SimulatedCloud
import TestSupport
import Testing

/// Something keeps jobwatch from seeing a job until its record is gone, and ends; then jobwatch is restarted.
@Suite struct `A job that was lost out of sight` {
  enum Blindness: String, CaseIterable, CustomTestStringConvertible {
    case outage, refusedCredential, pauseByHand, fullDisk, stop

    var testDescription: String { rawValue }

    var cause: String {
      switch self {
      case .outage: "the endpoint gave no answer: HTTP 503"
      case .refusedCredential: "the account could not log in: APIGW.0301"
      case .pauseByHand: "the account was paused by hand"
      case .fullDisk: "the poller could not do its work: "
      case .stop: "jobwatch was not running"
      }
    }

    var isPossible: Bool { self != .fullDisk || access("/usr/bin/prlimit", X_OK) == 0 }
  }

  private static let keys = [
    "polling": "{floor: 100ms, ceiling: 500ms}", "absence": "{answers: 3, over: 12s}",
    "breaker": "{grace: 1s, first_probe: 200ms, longest_probe: 500ms}", "probes": "[500ms]",
  ]

  @Test(
    "names what hid it, with its times, also when jobwatch was restarted since",
    .timeLimit(.minutes(10)), arguments: Blindness.allCases.filter(\.isPossible))
  func restart(_ blindness: Blindness) async throws {
    try await Testbed.run(.init(keys: Self.keys)) { bed in
      var daemon = try await bed.startDaemon(after: "trap '' XFSZ")
      var job = PlannedJob.endless()
      try bed.submit([job])
      _ = try await bed.log.first(.jobRunning, of: job.id)

      let began = Testbed.clock()
      try await Self.begin(blindness, &daemon, in: bed)
      job.script.visibleAfter = .days(1)
      bed.begin([job])
      // The blindness is what lasts longest of what hid the job.
      try await Task.sleep(for: .seconds(3))
      try await Self.end(blindness, &daemon, in: bed)
      #expect(await daemon.terminate() == .code(0))
      daemon = try await bed.startDaemon()
      let ended = Testbed.clock()
      let lost = try await within(.seconds(60), "job.lost") { [id = job.id] in
        try await bed.log.first(.jobLost, of: id)
      }
      #expect(await daemon.terminate() == .code(0))
      let gap = try #require(lost.data.blindGap)
      #expect(gap.cause.hasPrefix(blindness.cause), "\(gap.cause)")
      let times = gap.cause.matches(of: #/(\d{4}-\S+Z)/#).compactMap {
        Timestamp(iso8601: String($0.1))
      }
      #expect(times.count == 2, "\(gap.cause)")
      // Whether a loop works again is looked at every 5 s.
      let slack = Duration.seconds(6)
      #expect(times.allSatisfy { $0 >= began - slack && $0 <= ended + slack }, "\(gap.cause)")
    }
  }

  private static func begin(_ blindness: Blindness, _ daemon: inout ChildProcess, in bed: Testbed) async throws {
    switch blindness {
    case .outage:
      bed.cloud.set(.unavailable, for: .ecs)
      _ = try await bed.log.first(.endpointDown)
    case .refusedCredential:
      let body = #"{"error_code": "APIGW.0301", "error_msg": "Incorrect IAM authentication"}"#
      bed.cloud.set(.instead(Reply(status: 401, body: Array(body.utf8))), for: .ecs)
      _ = try await bed.log.first(.accountPaused)
    case .pauseByHand:
      try await order("pause", in: bed)
      _ = try await bed.log.first(.accountPaused)
    case .fullDisk:
      try await bed.waiting(for: "a loop could not do its work") { [daemon] in
        // Of the database's files alone: what is said goes to a smaller one.
        try await FullDiskTests.limit(daemon, to: try FullDiskTests.size(0, in: bed), in: bed)
      }
    case .stop:
      #expect(await daemon.terminate() == .code(0))
    }
  }

  private static func end(_ blindness: Blindness, _ daemon: inout ChildProcess, in bed: Testbed) async throws {
    switch blindness {
    case .outage:
      bed.cloud.clearFault(of: .ecs)
      _ = try await bed.log.first(.endpointUp)
    case .refusedCredential:
      bed.cloud.clearFault(of: .ecs)
      _ = try await bed.log.first(.accountResumed)
    case .pauseByHand:
      try await order("resume", in: bed)
      _ = try await bed.log.first(.accountResumed)
    case .fullDisk:
      try await FullDiskTests.limit(daemon, to: "unlimited", in: bed)
      _ = try await within(.seconds(60), "daemon.degraded") {
        try await bed.log.first(.daemonDegraded)
      }
    case .stop:
      daemon = try await bed.startDaemon()
    }
  }

  private static func order(_ verb: String, in bed: Testbed) async throws {
    let outcome = try await CommandLineTests.jobwatch([verb, "prod", "--config", bed.place.configuration], in: bed)
    #expect(outcome.exit == .code(0), "\(outcome.error)")
  }
}
