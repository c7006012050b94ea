import Foundation
import JobWatchCore
import JobWatchStore
import CloudModel
import SimulatedCloud
import TestSupport
import Testing

@Suite struct ExplainTests {
  /// What is read of `explain --json`, and of the same field of `show --json`.
  private struct Explanations: Decodable {
    struct Explanation: Decodable {
      var state: JobState
      var law: Law
      var schedule: Schedule?
      var plan: Plan?
      var taught: Taught?
    }
    struct Law: Decodable { var jobs: Int }
    struct Schedule: Decodable, Equatable {
      var next_poll_at: Timestamp
      var reasons: [String]
      var obstacle: String?
      var sentence: String
    }
    struct Plan: Decodable {
      struct Poll: Decodable { var at: Timestamp }
      var polls: [Poll]
    }
    struct Taught: Decodable {
      var kind: String
      var to_seconds: Double?
    }
    var jobs: [Explanation]
  }

  private struct Row: Decodable {
    var service: String
    var job_type: String
    var jobs: Int
    var calls_per_job: Double
    var p99_seconds: Double
  }

  private static func run(_ arguments: [String], in bed: Testbed, code: Int32 = 0) async throws -> ChildProcess.Outcome
  {
    let outcome = try await CommandLineTests.jobwatch(arguments + ["--config", bed.place.configuration], in: bed)
    #expect(outcome.exit == .code(code), "\(outcome.error)")
    return outcome
  }

  private static func explained(_ command: String, _ job: PlannedJob, in bed: Testbed) async throws
    -> Explanations.Explanation
  {
    let text = try await run([command, "--json", job.id], in: bed).output
    return try #require(try JSONDecoder().decode(Explanations.self, from: Data(text.utf8)).jobs.first)
  }

  @Test(
    "explain tells what the daemon will do, and what an end has taught", .timeLimit(.minutes(10)))
  func explain() async throws {
    try await Testbed.run { bed in
      let daemon = try await bed.startDaemon()
      let (running, ended) = (PlannedJob.endless(), PlannedJob.succeeding(after: .milliseconds(300)))
      try bed.submit([running, ended])
      try await bed.told([ended])
      let seen = try await Self.explained("explain", running, in: bed)
      let schedule = try #require(seen.schedule)
      #expect(schedule.obstacle == nil && schedule.sentence.contains(", next poll "))
      #expect(seen.plan?.polls.count == 8)
      let first = try await Self.explained("explain", ended, in: bed)
      #expect(first.schedule == nil && first.taught?.kind == "took" && first.law.jobs == 1)
      #expect((first.taught?.to_seconds ?? 0) >= 0.3)

      #expect(await daemon.terminate() == .code(0))
      // Nothing changes any more: the stored time is that of the next poll.
      let due = try StoreReader(path: bed.place.database).read { transaction in
        try transaction.jobs.all(withID: running.id).first.flatMap {
          try transaction.jobs.nextPoll(of: $0.id)
        }
      }
      let stopped = try await Self.explained("explain", running, in: bed)
      #expect(stopped.schedule?.obstacle == "no daemon runs")
      let next = try #require(stopped.schedule?.next_poll_at)
      #expect(try next >= #require(due) && stopped.plan?.polls.first.map { $0.at >= next } == true)
      let text = try await Self.run(["explain", running.id], in: bed).output
      for title in ["Duration", "Price", "Plan"] { #expect(text.contains("\n\n\(title)\n"), "\(text)") }
      #expect(text.contains("not asked for now: no daemon runs") && text.contains("^ now"))
      let shown = try await Self.run(["show", running.id], in: bed).output
      #expect(shown.contains("\n  schedule "))
      let rows = try JSONDecoder().decode(
        [Row].self, from: Data(try await Self.run(["durations", "--json"], in: bed).output.utf8))
      #expect(rows.map(\.job_type) == ["resizeServer"] && rows.map(\.jobs) == [1])
      let table = try await Self.run(["durations"], in: bed).output
      #expect(table.hasPrefix("SERVICE  TYPE          REGION  JOBS  P50"), "\(table)")
    }
  }

  @Test("what is not there is said, and told by the exit code", .timeLimit(.minutes(10)))
  func nothing() async throws {
    try await Testbed.run { bed in
      _ = try await Self.run(["durations"], in: bed, code: 78)
      #expect(await (try await bed.startDaemon()).terminate() == .code(0))
      let empty = try await Self.run(["durations"], in: bed)
      #expect(empty.output.isEmpty && empty.error.contains("a type is listed once a job of it has ended"))
      #expect(try await Self.run(["durations", "--json"], in: bed).output == "[]\n")
      let unknown = try await Self.run(["explain", "0123456789"], in: bed, code: 1)
      #expect(unknown.output.isEmpty && unknown.error.contains("no job 0123456789 is known"))
      #expect(try await CommandLineTests.jobwatch(["explain"], in: bed).exit == .code(64))
    }
  }
}
