import JobWatchCore
import SimulatedCloud

/// The jobs of the simulated cloud. Both sides know them by kind and number.
enum BenchJobs: String, Sendable, CaseIterable {
  /// Runs for as long as anybody asks: every answer is the same.
  case quiet
  /// Has another status every second: every answer is news, with a job row, a transition, evidence and an event.
  case lively

  func id(_ number: Int) -> String { "\(rawValue)-00000000-0000-0000-\(100_000 + number)" }

  func script(_ number: Int) -> ScriptedJob {
    let part = ScriptedJob(
      jobID: id(number) + "-1", jobType: "createSingleServer", steps: .running,
      entities: ["server_id": "0b3f2a7c-5e1d-4d7e-9a53-6f1f0c9d\(1000 + number)"])
    return ScriptedJob(
      service: .ecs, jobID: id(number), jobType: "createServer",
      steps: self == .quiet ? .running : Self.changes, subJobs: [part])
  }

  /// Long enough for a whole run. Three words in turn, because with two a poll that comes a step late would find the
  /// word that it knows.
  private static let changes = (0..<900).map { second in
    JobStep(
      after: .seconds(second), status: ["INIT", "RUNNING", "PENDING_PAYMENT"][second % 3])
  }
}
