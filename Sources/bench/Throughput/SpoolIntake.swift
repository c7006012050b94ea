import Foundation
import JobWatchStore

/// Jobs a second from the spool into the database, against a loop that does nothing else.
///
/// The daemon's side is the whole daemon in a process of its own: meanwhile it writes the jobs' events to the status log
/// and plans their polls.
struct SpoolIntake: Sendable {
  var setting: ThroughputSetting

  private static let jobsPerFile = 10
  /// A daemon that takes longer has stopped taking files.
  private static let patience = Duration.seconds(120)

  private var jobs: Int { setting.spoolFiles * Self.jobsPerFile }

  func measure() async throws -> Figure {
    var (bare, daemon) = ([Double](), [Double]())
    for _ in 0..<setting.rounds {
      bare.append(try await jobsPerSecond { try takeBare($0) })
      daemon.append(try await jobsPerSecond { try await takeByDaemon($0) })
    }
    return Figure(
      "spool intake, to a bare read-and-insert loop",
      zip(daemon, bare).map { $0 / $1 }.median * 100, "%",
      detail: "\(daemon.median.threeDigits) jobs/s, \(bare.median.threeDigits) jobs/s", atLeast: 50)
  }

  /// `take` returns how long it took to empty the spool.
  private func jobsPerSecond(_ take: (Workplace) async throws -> Duration) async throws -> Double {
    try await Workplace.use(in: setting.daemon.directory) { workplace in
      try fill(workplace.incoming)
      let duration = try await take(workplace)
      let store = try Store(path: workplace.database)
      let stored = try await store.read { try $0.jobs.schedule().count }
      try store.close()
      guard stored == jobs else { throw Failure("\(stored) of \(jobs) jobs are in the database") }
      return Double(jobs) / duration.exactSeconds
    }
  }

  private func name(_ file: Int) -> String { "\(1_000_000 + file).jsonl" }

  /// Writes JSON Lines, as `jobwatch submit` does, and lets the disk finish, because this is not measured.
  private func fill(_ directory: String) throws {
    // The intake leaves a file alone for a second after its last change.
    let written = Date(timeIntervalSinceNow: -60)
    for file in 0..<setting.spoolFiles {
      let lines = (0..<Self.jobsPerFile).map { line in
        let id = "spool-00000000-0000-0000-\(10_000_000 + file * Self.jobsPerFile + line)"
        return #"{"job_id":"\#(id)","labels":{"run":"\#(file)"},"service":"ecs"}"# + "\n"
      }
      let path = "\(directory)/\(name(file))"
      try Data(lines.joined().utf8).write(to: URL(fileURLWithPath: path))
      try FileManager.default.setAttributes([.modificationDate: written], ofItemAtPath: path)
    }
    sync()
  }

  private func takeBare(_ workplace: Workplace) throws -> Duration {
    let intake = try BareIntake(path: workplace.database)
    let duration = try ContinuousClock().measure {
      try intake.take(workplace.incoming, jobsPerFile: Self.jobsPerFile)
    }
    try intake.close()
    return duration
  }

  /// At most one call a day, to where nobody answers: polling is not measured here.
  private func takeByDaemon(_ workplace: Workplace) async throws -> Duration {
    let start = ContinuousClock.now
    return try await workplace.withDaemon(
      try setting.daemon.program, cloud: "http://127.0.0.1:9", quota: "calls: 1, per: 1d"
    ) { _ in
      // The daemon takes files in the order of their names.
      let last = "\(workplace.incoming)/\(name(setting.spoolFiles - 1))"
      // A millisecond is nothing here, so a look is enough and simpler than inotify.
      while access(last, F_OK) == 0 {
        guard ContinuousClock.now - start < Self.patience else {
          throw Failure("the daemon does not empty its spool: see \(workplace.statusLog)")
        }
        try await Task.sleep(for: .milliseconds(1))
      }
      return ContinuousClock.now - start
    }
  }
}
