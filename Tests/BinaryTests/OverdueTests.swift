import Foundation
import JobWatchCore
import CloudModel
import SimulatedCloud
import TestSupport
import Testing

@Suite struct OverdueTests {
  @Test(
    "a job that does not end is told once as stuck and once as late, over a restart",
    .timeLimit(.minutes(10)))
  func endless() async throws {
    let keys = ["polling": "{floor: 200ms, ceiling: 500ms, stuck_after: 2s}"]
    try await Testbed.run(.init(keys: keys), isIdle: true) { bed in
      var daemon = try await bed.startDaemon()
      var job = PlannedJob.endless()
      bed.begin([job])
      let arguments = ["--config", bed.place.configuration]
      let submitted = try await CommandLineTests.jobwatch(
        ["submit", job.id, "--expect-within", "1s"] + arguments, in: bed)
      #expect(submitted.exit == .code(0), "\(submitted.error)")
      let mistaken = try await CommandLineTests.jobwatch(
        ["submit", job.id, "--expect-within", "366d"] + arguments, in: bed)
      #expect(mistaken.exit == .code(64) && mistaken.error.contains("1s to 365d, not 366d"))
      job.end = .jobStuck
      let isStuck = job
      try await within(.seconds(20), "job.stuck is told") { try await bed.told([isStuck]) }
      #expect(await daemon.terminate() == .code(0))
      daemon = try await bed.startDaemon()
      job.end = .jobLate
      let isLate = job
      try await within(.seconds(90), "job.late is told") { try await bed.told([isLate]) }
      let shown = try await CommandLineTests.jobwatch(["show", job.id] + arguments, in: bed)
      #expect(shown.output.contains("to end within 1 s"), "\(shown.output)")
      #expect(shown.output.contains("told to be late"), "\(shown.output)")
      for _ in 1...3 {
        _ = try await within(.seconds(10), "a poll") { try await bed.cloud.log.next { _ in true } }
      }
      #expect(await daemon.terminate() == .code(0))
      let lines = try bed.log.all().filter { $0.data.jobID == job.id }
      #expect(lines.map(\.event) == ["job.registered", "job.running", "job.stuck", "job.late"])
      #expect(lines[2].data.summary.contains("longer than stuck_after (2 s)"))
      #expect(lines[3].data.summary.contains("it was still RUNNING when last seen"))
    }
  }
}
