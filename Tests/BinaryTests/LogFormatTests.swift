import Foundation
import JobWatchCore
import TestSupport
import Testing

@Suite struct LogFormatTests {
  private struct Line: Decodable {
    var time: String
    var level: String
    var message: String
    var message_id: String?
    var fields: [String: String]?
  }

  @Test(
    "as JSON the log is an object a line, its events with their fields", .timeLimit(.minutes(10)))
  func json() async throws {
    try await Testbed.run { bed in
      let job = PlannedJob.failing(.ecs, after: .zero)
      let daemon = try await bed.startDaemon(after: #"set -- "$@" --log-format json"#)
      try await bed.waiting(for: "job.failed: ") { try bed.submit([job]) }
      #expect(await daemon.terminate() == .code(0))
      let text = try bed.place.text(of: bed.place.standardError)
      let lines = try text.split(separator: "\n").map {
        try JSONDecoder().decode(Line.self, from: Data($0.utf8))
      }
      #expect(lines.allSatisfy { Timestamp(iso8601: $0.time) != nil && !$0.level.isEmpty })
      let failed = try #require(lines.first { $0.fields?["event"] == "job.failed" })
      #expect(failed.level == "error")
      #expect(failed.message_id == MessageID(.jobFailed).rawValue)
      #expect(failed.fields?["job_id"] == job.id)
      #expect(failed.fields?["state"] == "failed")
    }
  }

  @Test(
    "what was connected to the journal and leads elsewhere now is written to as text",
    .timeLimit(.minutes(10)))
  func redirected() async throws {
    try await Testbed.run { bed in
      let daemon = try await bed.startDaemon(after: "export JOURNAL_STREAM=8:1")
      #expect(await daemon.terminate() == .code(0))
      let text = try bed.place.text(of: bed.place.standardError)
      #expect(
        text.split(separator: "\n").contains { line in
          Timestamp(iso8601: String(line.prefix(24))) != nil && line.contains("jobwatch is running")
        })
    }
  }

  @Test("a log that nobody reads any more does not end the daemon", .timeLimit(.minutes(10)))
  func unread() async throws {
    try await Testbed.run { bed in
      // Its reader has gone before the first line.
      let pipe = bed.place.root + "/pipe"
      let daemon = try bed.spawnDaemon(after: "mkfifo \(pipe); (exec 3<\(pipe)) & exec 2>\(pipe); wait")
      let job = PlannedJob.endless()
      try await within(.seconds(20), "it starts, and registers a job") {
        _ = try await bed.log.first(.daemonStarted)
        try bed.submit([job])
        _ = try await bed.log.first(.jobRegistered, of: job.id)
      }
      #expect(await daemon.terminate() == .code(0))
    }
  }

  @Test("also why the daemon cannot run is said in the log's form", .timeLimit(.minutes(10)))
  func cannotRun() async throws {
    try await Testbed.run { bed in
      let path = bed.place.configuration
      let text = try bed.place.text(of: path)
      for (from, to) in [("spool_dir:", "spool_dri:"), ("/state\n", "/nowhere/state\n")] {
        try bed.place.write(text.replacing(from, with: to), to: path)
        let outcome = try await CommandLineTests.jobwatch(["run", "--config", path, "--log-format", "json"], in: bed)
        #expect(outcome.exit == .code(78))
        let lines = try outcome.error.split(separator: "\n").map {
          try JSONDecoder().decode(Line.self, from: Data($0.utf8))
        }
        let last = try #require(lines.last)
        #expect(last.level == "error" && last.message_id == MessageID.cannotRun.rawValue)
        #expect(lines.contains { $0.message.contains(to.trimmingCharacters(in: .newlines)) })
      }
    }
  }

  @Test("a format that there is none of is misuse", .timeLimit(.minutes(10)))
  func unknown() async throws {
    try await Testbed.run { bed in
      let outcome = try await CommandLineTests.jobwatch(
        ["run", "--config", bed.place.configuration, "--log-format", "xml"], in: bed)
      #expect(outcome.exit == .code(64))
      #expect(outcome.error.contains("'auto', 'text', 'json' or 'journal'"))
    }
  }
}
