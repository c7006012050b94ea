import Foundation
import Glibc
import JobWatchCore
import CloudModel
import SimulatedCloud
import TestSupport
import Testing

@Suite struct PauseTests {
  private static let quick = Testbed.Settings(keys: ["polling": "{floor: 200ms, ceiling: 400ms}"])

  private static func order(_ words: String..., in bed: Testbed) async throws -> ChildProcess.Outcome {
    try await CommandLineTests.jobwatch(words + ["--config", bed.place.configuration], in: bed)
  }

  /// Returns after so many more polls of `job`.
  private static func polls(_ count: Int, of job: PlannedJob, in bed: Testbed) async throws {
    var left = count
    for await call in bed.cloud.log.stream() where call.jobID == job.id {
      left -= 1
      if left == 0 { return }
    }
  }

  private static func calls(of job: PlannedJob, in bed: Testbed) -> Int {
    bed.cloud.log.entries.count { $0.jobID == job.id }
  }

  @Test(
    "a paused account is not asked for, across a restart, until it is resumed; another is",
    .timeLimit(.minutes(10)))
  func pause() async throws {
    try await Testbed.run(Self.quick) { bed in
      // Its polls are the clock of this test.
      try bed.place.addAccount("calm")
      var daemon = try await bed.startDaemon()
      let (watched, clock) = (PlannedJob.endless(), PlannedJob.endless())
      try bed.submit(watched, to: "prod")
      try bed.submit(clock, to: "calm")
      for job in [watched, clock] { _ = try await bed.log.first(.jobRunning, of: job.id) }
      for _ in 1...2 {
        let outcome = try await Self.order("pause", "prod", "--reason", "the network moves", in: bed)
        #expect(outcome.exit == .code(0), "\(outcome.error)")
        #expect(outcome.output.contains("account prod is paused"))
      }
      let told = try await bed.log.first(.accountPaused)
      #expect(told.data.account == "prod")
      #expect(told.data.cause?.hasPrefix("paused by hand by ") == true)
      #expect(told.data.cause?.hasSuffix(": the network moves") == true)
      #expect(told.data.cure == "jobwatch resume prod")
      // A call under way when it was paused has arrived by then.
      try await Self.polls(2, of: clock, in: bed)
      let before = Self.calls(of: watched, in: bed)
      try await Self.polls(4, of: clock, in: bed)
      try await Self.expectShown(watched, beside: clock, in: bed)
      #expect(await daemon.terminate() == .code(0))
      daemon = try await bed.startDaemon()
      let late = PlannedJob.succeeding(after: .zero)
      try bed.submit(late, to: "prod")
      _ = try await bed.log.first(.jobRegistered, of: late.id)
      try await Self.polls(4, of: clock, in: bed)
      #expect(Self.calls(of: watched, in: bed) == before)
      #expect(Self.calls(of: late, in: bed) == 0)
      bed.end([watched])
      let outcome = try await Self.order("resume", "prod", in: bed)
      #expect(outcome.exit == .code(0), "\(outcome.error)")
      try await within(.seconds(10), "both ends are told") { try await bed.told([watched, late]) }
      #expect(await daemon.terminate() == .code(0))
      #expect(try bed.log.all(.accountPaused).count == 1)
      #expect(try bed.log.all(.accountResumed).map(\.data.account) == ["prod"])
    }
  }

  private static func expectShown(_ paused: PlannedJob, beside other: PlannedJob, in bed: Testbed) async throws {
    let list = try await order("list", in: bed)
    #expect(list.error.contains("account prod is paused by hand"), "\(list.error)")
    #expect(list.error.contains("jobwatch resume prod"))
    #expect(!list.error.contains("calm"))
    let show = try await order("show", paused.id, in: bed)
    #expect(show.output.contains("account prod is paused by hand"), "\(show.output)")
    struct Row: Decodable {
      struct Pause: Decodable { var kind: String }
      var job_id: String
      var paused: [Pause]?
    }
    let json = try await order("list", "--json", in: bed)
    let rows = try JSONDecoder().decode([Row].self, from: Data(json.output.utf8))
    #expect(rows.first { $0.job_id == paused.id }?.paused?.map(\.kind) == ["held"])
    #expect(rows.first { $0.job_id == other.id }?.paused == nil)
  }

  @Test(
    "a job that may be lost meanwhile is told with the pause as cause", .timeLimit(.minutes(10)))
  func blindGap() async throws {
    let keys = ["services": "{ecs: {retention: 8s}}", "expiry": "{at_risk: [4s]}"]
    try await Testbed.run(.init(keys: keys)) { bed in
      let daemon = try await bed.startDaemon()
      let job = PlannedJob.endless()
      try bed.submit([job])
      _ = try await bed.log.first(.jobRunning, of: job.id)
      #expect(try await Self.order("pause", "prod", in: bed).exit == .code(0))
      let risk = try await within(.seconds(20), "job.at_risk") {
        try await bed.log.first(.jobAtRisk, of: job.id)
      }
      #expect(risk.data.blindGap?.cause.contains("paused by hand") == true)
      #expect(await daemon.terminate() == .code(0))
    }
  }

  @Test(
    "what is commanded while no daemon runs takes effect in order when one does",
    .timeLimit(.minutes(10)))
  func daemonDown() async throws {
    try await Testbed.run { bed in
      let early = try await Self.order("pause", "prod", in: bed)
      #expect(early.exit == .code(75), "there is no spool yet")
      #expect(early.error.contains("systemd-tmpfiles --create"), "\(early.error)")
      let wrong = try await Self.order("pause", "prdo", in: bed)
      #expect(wrong.exit == .code(64))
      #expect(wrong.error.contains("did you mean \"prod\"?"), "\(wrong.error)")
      #expect(await (try await bed.startDaemon()).terminate() == .code(0))
      for verb in ["pause", "resume", "pause"] {
        let outcome = try await Self.order(verb, "prod", "--json", in: bed)
        #expect(outcome.exit == .code(0), "\(outcome.error)")
        #expect(outcome.output.contains(#""taken":false"#), "\(outcome.output)")
      }
      let daemon = try await bed.startDaemon()
      try await within(.seconds(10), "the last one is told") {
        _ = try await bed.log.first { _ in
          try bed.log.soFar().count { $0.event == "account.paused" } == 2
        }
      }
      #expect(await daemon.terminate() == .code(0))
      let events = try bed.log.all().map(\.event).filter { $0.hasPrefix("account.") }
      #expect(events == ["account.paused", "account.resumed", "account.paused"])
    }
  }

  @Test(
    "a command from anyone else, beside jobs, or for an unknown account is rejected",
    .timeLimit(.minutes(10)), .enabled(if: geteuid() == 0, "only root can give a file away"))
  func notAllowed() async throws {
    try await Testbed.run { bed in
      let daemon = try await bed.startDaemon()
      let hidden = bed.place.incoming + "/.stranger"
      try bed.place.write(#"{"command": "pause", "account": "prod"}"#, to: hidden)
      guard chown(hidden, 65_534, 65_534) == 0,
        rename(hidden, bed.place.incoming + "/stranger") == 0
      else { throw SystemFailure("chown or rename", errno) }
      try bed.place.drop(#"[{"command": "pause", "account": "prod"}]"#, as: "mixed")
      try bed.place.drop(#"{"command": "pause", "account": "prdo"}"#, as: "unknown")
      try await within(.seconds(10), "each is rejected") {
        _ = try await bed.log.first { _ in
          try bed.log.soFar().count { $0.event == "spool.rejected" } == 3
        }
      }
      #expect(await daemon.terminate() == .code(0))
      let expected = [
        "stranger": "sudo jobwatch pause prod", "mixed": "stands alone", "unknown": "did you mean",
      ]
      for (name, words) in expected {
        let reason = try bed.place.text(of: "\(bed.place.rejected)/\(name).reason")
        #expect(reason.contains(words), "\(reason)")
      }
      #expect(try bed.log.all(.accountPaused).isEmpty)
    }
  }
}
