import Foundation
import JobWatchCore
import CloudModel
import SimulatedCloud
import TestSupport
import Testing

@Suite struct CredentialTests {
  /// Until a credential is proven there is one call at a time for all services of its accounts.
  @Test(
    "the service that waits for a credential's first answer is asked right after it",
    .timeLimit(.minutes(10)), arguments: [Fault?.none, .unavailable])
  func firstAnswer(fault: Fault?) async throws {
    try await Testbed.run { bed in
      let daemon = try await bed.startDaemon()
      if let fault { bed.cloud.set(fault, for: .ecs, calls: 1) }
      let jobs = [PlannedJob.succeeding(.ecs, after: .zero), .failing(.dcs, after: .zero)]
      try bed.submit(jobs)
      try await within(.seconds(10), "both ends are told") { try await bed.told(jobs) }
      #expect(await daemon.terminate() == .code(0))
    }
  }

  @Test(
    "a wrong key is tried once, told once also across a restart, and works once it is corrected",
    .timeLimit(.minutes(10)))
  func wrongKey() async throws {
    try await Testbed.run(isIdle: true) { bed in
      try bed.place.write("not-the-secret-key\n", to: bed.place.secretKeyFile)
      var daemon = try await bed.startDaemon()
      let jobs = (0..<10).map { _ in PlannedJob.failing(after: .seconds(1)) }
      try bed.submit(jobs)
      let paused = try await within(.seconds(20), "account.paused") {
        try await bed.log.first(.accountPaused)
      }
      #expect(paused.data.account == "prod")
      #expect(paused.data.cure?.contains(bed.place.secretKeyFile) == true)
      let first = try #require(bed.cloud.log.entries.first).time
      // That nothing happens can only be seen by waiting: the first probe is due after 30 s.
      try await Task.sleep(for: .seconds(29) - (Testbed.clock() - first))
      #expect(bed.cloud.log.entries.map(\.status) == [401])

      #expect(await daemon.terminate() == .code(0))
      daemon = try await bed.startDaemon()
      try await within(.seconds(20), "a restart tries it once") {
        try await bed.cloud.log.wait(count: 2)
      }
      try bed.place.write(Workplace.secretKey + "\n", to: bed.place.secretKeyFile)
      try await within(.seconds(15), "every end is told") { try await bed.told(jobs) }
      #expect(await daemon.terminate() == .code(0))
      #expect(bed.cloud.refusedCalls.count == 2)
      #expect(try bed.log.all(.accountPaused).count == 1)
      #expect(try bed.log.all(.accountResumed).count == 1)
      let log = try bed.place.text(of: bed.place.statusLog)
      let console = try bed.place.text(of: bed.place.standardError)
      for secret in ["not-the-secret-key", Workplace.secretKey, Workplace.hookSecret] {
        #expect(!log.contains(secret) && !console.contains(secret))
      }
    }
  }
}
