import Foundation
import Glibc
import JobWatchCore
import CloudModel
import SimulatedCloud
import TestSupport
import Testing

@Suite struct `A reload` {
  private static let quick = ["polling": "{floor: 200ms, ceiling: 400ms}"]

  @Test(
    "brings another account and another channel to work, and is told to the service manager",
    .timeLimit(.minutes(10)))
  func good() async throws {
    let second = WebhookReceiver(secrets: [Workplace.hookSecret], clock: Testbed.clock)
    let settings = Testbed.Settings(keys: Self.quick, moreHooks: [try await second.start()])
    try await Testbed.run(settings) { bed in
      try bed.place.addAccount("calm")
      let full = try bed.place.text(of: bed.place.configuration)
      try bed.place.removeAccount("calm")
      try bed.place.removeChannel("oncall2")
      let manager = try ServiceListener(in: bed.place)
      let daemon = try await bed.startDaemon(after: manager.environment)
      let (early, watched) = (PlannedJob.failing(after: .zero), PlannedJob.endless())
      try bed.submit([early, watched])
      try await within(.seconds(20), "the first end is told") { try await bed.told([early]) }
      _ = try await bed.log.first(.jobRunning, of: watched.id)
      try bed.place.write(full, to: bed.place.configuration)
      let notices = try await manager.reload(daemon)
      #expect(notices.first?.isReloading == true)
      #expect(notices.first?["MONOTONIC_USEC"].flatMap(Int.init) != nil)
      let late = PlannedJob.succeeding(after: .zero)
      try bed.submit(late, to: "calm")
      bed.end([watched])
      try await within(.seconds(20), "both ends are told") {
        try await bed.told([watched, late])
      }
      for job in [watched, late] {
        try await within(.seconds(20), "the new channel is told, too") {
          _ = try await second.log.first { $0.isAbout(job) }
        }
      }
      #expect(!second.deliveries.contains { $0.isAbout(early) })
      #expect(await daemon.terminate() == .code(0))
      #expect(try bed.log.all().isGapless)
    }
    await second.stop()
  }

  struct Mistake: Sendable {
    var change: (from: String, to: String)
    var words: [String]
  }

  private static let mistakes = [
    Mistake(change: ("accounts:", "accounts: ["), words: ["jobwatch.yaml:"]),
    Mistake(change: ("spool_dir:", "spool_dri:"), words: ["jobwatch.yaml:2", "spool_dri", "spool_dir"]),
    Mistake(change: ("/secret_key}", "/nowhere}"), words: ["/nowhere"]),
    Mistake(change: ("/hook_secret}", "/nothing}"), words: ["/nothing"]),
    Mistake(change: ("/state\n", "/else\n"), words: ["state_dir", "/else", "restart needed"]),
    Mistake(change: ("/spool\n", "/else\n"), words: ["spool_dir", "/else", "restart needed"]),
    Mistake(change: ("status.log", "other.log"), words: ["status_log", "restart needed"]),
  ]

  @Test(
    "of a configuration with a mistake is refused whole, says where and what to do, and harms nobody",
    .timeLimit(.minutes(10)))
  func bad() async throws {
    try await Testbed.run(.init(keys: Self.quick)) { bed in
      let manager = try ServiceListener(in: bed.place)
      let daemon = try await bed.startDaemon(after: manager.environment)
      let good = try bed.place.text(of: bed.place.configuration)
      let watched = PlannedJob.failing(after: .days(1))
      try bed.submit([watched])
      _ = try await bed.log.first(.jobRunning, of: watched.id)
      for mistake in Self.mistakes {
        let bad = good.replacing(mistake.change.from, with: mistake.change.to)
        try #require(bad != good)
        try bed.place.write(bad, to: bed.place.configuration)
        let status = try await manager.reload(daemon).last?.status ?? ""
        #expect(status.contains("| RELOAD REFUSED, the old configuration stays: "), "\(status)")
        for word in mistake.words { #expect(status.contains(word), "\(status)") }
        let told = PlannedJob.failing(after: .zero)
        try bed.submit([told])
        try await within(.seconds(20), "a job is told under the old one") {
          try await bed.told([told])
        }
        _ = try await bed.cloud.log.next { $0.jobID == watched.id }
      }
      let console = try bed.place.text(of: bed.place.standardError)
      let lines = console.split(separator: "\n").filter { $0.contains("configuration is refused") }
      #expect(lines.count == Self.mistakes.count)
      for (line, mistake) in zip(lines, Self.mistakes) {
        for word in mistake.words { #expect(line.contains(word), "\(line)") }
      }
      try bed.place.write(good, to: bed.place.configuration)
      #expect(try await manager.reload(daemon).last?.status?.contains("REFUSED") == false)
      bed.end([watched])
      try await within(.seconds(20), "the end is told") { try await bed.told([watched]) }
      #expect(await daemon.terminate() == .code(0))
    }
  }

  @Test(
    "tries a credential at once that was refused and is replaced, and tells that it is accepted",
    .timeLimit(.minutes(10)))
  func credential() async throws {
    try await Testbed.run(.init(keys: Self.quick)) { bed in
      try bed.place.write("not-the-secret-key\n", to: bed.place.secretKeyFile)
      let manager = try ServiceListener(in: bed.place)
      let daemon = try await bed.startDaemon(after: manager.environment)
      let jobs = (0..<10).map { _ in PlannedJob.failing(after: .zero) }
      try bed.submit(jobs)
      _ = try await within(.seconds(20), "account.paused") {
        try await bed.log.first(.accountPaused)
      }
      _ = try await manager.first("the pause in the status") {
        $0.status?.contains("paused: prod") == true
      }
      #expect(bed.cloud.refusedCalls.count == 1)
      try bed.place.write(Workplace.secretKey + "\n", to: bed.place.secretKeyFile)
      _ = try await manager.reload(daemon)
      // The next look at the secret of a refused key, without a signal, is due after up to five seconds.
      try await within(.seconds(15), "every end is told") { try await bed.told(jobs) }
      #expect(bed.cloud.refusedCalls.count == 1)
      #expect(await daemon.terminate() == .code(0))
      #expect(try bed.log.all(.accountPaused).count == 1)
      #expect(try bed.log.all(.accountResumed).count == 1)
    }
  }
}

extension WebhookDelivery {
  /// An accepted message of a job's.
  func isAbout(_ job: PlannedJob) -> Bool { isAccepted && String(decoding: body, as: UTF8.self).contains(job.id) }
}
