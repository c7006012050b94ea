import Foundation
import JobWatchCore
import CloudModel
import SimulatedCloud
import TestSupport
import Testing

@Suite struct CommandLineTests {
  static func jobwatch(_ arguments: [String], in bed: Testbed) async throws -> ChildProcess.Outcome {
    try await ChildProcess.run(arguments)
  }

  struct BadStart: Sendable, CustomTestStringConvertible {
    var testDescription: String
    /// What stands in the configuration instead; nil: there is none.
    var change: (from: String, to: String)?
    var words: [String]
  }

  @Test(
    "without a good configuration it ends with 78 and says where and what to do",
    .timeLimit(.minutes(10)),
    arguments: [
      BadStart(testDescription: "none", words: ["jobwatch.yaml"]),
      BadStart(
        testDescription: "a wrong key", change: ("spool_dir:", "spool_dri:"),
        words: ["jobwatch.yaml:2", "spool_dri", "spool_dir"]),
      BadStart(testDescription: "no such secret", change: ("/secret_key}", "/nowhere}"), words: ["/nowhere"]),
      BadStart(
        testDescription: "no such directory", change: ("/state\n", "/nowhere/state\n"),
        words: ["/nowhere/state", "create"]),
    ])
  func badStart(_ bad: BadStart) async throws {
    try await Testbed.run { bed in
      let path = bed.place.configuration
      if let change = bad.change {
        let text = try bed.place.text(of: path)
        try #require(text.contains(change.from))
        try bed.place.write(text.replacing(change.from, with: change.to), to: path)
      } else {
        try FileManager.default.removeItem(atPath: path)
      }
      let outcome = try await Self.jobwatch(["run", "--config", path], in: bed)
      #expect(outcome.exit == .code(78))
      for word in bad.words { #expect(outcome.error.contains(word), "\(outcome.error)") }
    }
  }

  @Test(
    "a key that is left out and nowhere to be found is a warning of check and ends run",
    .timeLimit(.minutes(10)))
  func noKey() async throws {
    var settings = Testbed.Settings()
    settings.login = ["auth": "aksk", "project_id": Workplace.projectID]
    try await Testbed.run(settings) { bed in
      let path = bed.place.configuration
      let check = try await Self.jobwatch(["check", "--config", path], in: bed)
      #expect(check.exit == .code(0))
      #expect(check.error.contains("warning: accounts[0]: account prod has no access_key"))
      let run = try await Self.jobwatch(["run", "--config", path], in: bed)
      #expect(run.exit == .code(78))
      #expect(run.error.contains("HW_ACCESS_KEY"))
    }
    settings.login?["profile"] = "{file: ROOT/nowhere}"
    try await Testbed.run(settings) { bed in
      let path = bed.place.configuration
      let check = try await Self.jobwatch(["check", "--config", path], in: bed)
      #expect(check.exit == .code(78))
      #expect(check.error.contains("/nowhere"))
    }
  }

  @Test("a second daemon on the same state or the same spool is refused", .timeLimit(.minutes(10)))
  func secondDaemon() async throws {
    try await Testbed.run { bed in
      let daemon = try await bed.startDaemon()
      let second = try await Self.jobwatch(["run", "--config", bed.place.configuration], in: bed)
      #expect(second.exit == .code(75))
      #expect(second.error.contains("another jobwatch runs on \(bed.place.stateDirectory)"))
      let other = bed.place.root + "/other.yaml"
      let text = try String(contentsOfFile: bed.place.configuration, encoding: .utf8)
      try text.replacing(bed.place.stateDirectory, with: bed.place.root + "/other").write(
        toFile: other, atomically: true, encoding: .utf8)
      let third = try await Self.jobwatch(["run", "--config", other], in: bed)
      #expect(third.exit == .code(75))
      #expect(third.error.contains("another jobwatch runs on \(bed.place.root)/spool:"))
      // The first is not disturbed.
      let job = PlannedJob.succeeding(after: .zero)
      try bed.submit([job])
      try await within(.seconds(20), "the end is told") { try await bed.told([job]) }
      #expect(await daemon.terminate() == .code(0))
      #expect(try bed.log.all(.daemonStarted).count == 1)
    }
  }

  @Test(
    "what is submitted while the daemon is down is taken in when it starts",
    .timeLimit(.minutes(10))
  )
  func submitWhileDown() async throws {
    try await Testbed.run { bed in
      #expect(await (try await bed.startDaemon()).terminate() == .code(0))
      let job = PlannedJob.failing(.dcs, after: .zero)
      bed.begin([job])
      let arguments = [
        "--service", "dcs", "--label", "run=42", "--config", bed.place.configuration,
      ]
      for _ in 1...2 {
        let submitted = try await Self.jobwatch(["submit", job.id] + arguments, in: bed)
        #expect(submitted.exit == .code(0), "\(submitted.error)")
        #expect(submitted.output.hasPrefix(bed.place.incoming + "/"))
      }
      let mistaken = try await Self.jobwatch(["submit", "../x"] + arguments, in: bed)
      #expect(mistaken.exit == .code(64))
      #expect(try bed.place.names(in: bed.place.incoming).count == 2)
      let daemon = try await bed.startDaemon()
      try await within(.seconds(20), "the end is told") { try await bed.told([job]) }
      #expect(await daemon.terminate() == .code(0))
      let ofJob = try bed.log.all().filter { $0.data.jobID == job.id }
      #expect(ofJob.map(\.event) == ["job.registered", "job.failed"], "twice is once")
      #expect(ofJob.allSatisfy { $0.data.labels == ["run": "42"] })
    }
  }
}
