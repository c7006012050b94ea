import Glibc
import JobWatchStore

/// Jobs a second from the spool into the database, against a loop that does nothing else.
///
/// The daemon's side is the whole daemon in a process of its own: while it takes the jobs in it also writes
/// their events to the status log and plans their polls.
struct SpoolIntake: Sendable {
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  var scale: Scale
  var place: Place

  /// A daemon that takes longer has stopped taking files.
  private static let patience = Duration.seconds(120)

  private var files: SpoolFiles {
    SpoolFiles(files: scale.spoolFiles, jobsPerFile: scale.jobsPerFile)
  }

  func measure() async throws -> [Figure] {
    var bare: [Double] = []
    var daemon: [Double] = []
    for _ in 0..<scale.rounds {
      bare.append(try await jobsPerSecond { try takeBare($0) })
      daemon.append(try await jobsPerSecond { try await takeByDaemon($0) })
    }
    return [
      Figure(
        name: "spool intake, to a bare read-and-insert loop",
        value: zip(daemon, bare).map { $0 / $1 }.median * 100, unit: "%",
        detail: "\(daemon.median.threeDigits) jobs/s, \(bare.median.threeDigits) jobs/s",
        limit: .atLeast(50))
    ]
  }

  /// `take` returns how long it took to empty the spool.
  private func jobsPerSecond(_ take: (Workplace) async throws -> Duration) async throws -> Double {
    try await Workplace.use(in: place.directory) { workplace in
      try files.write(to: workplace.incoming)
      let duration = try await take(workplace)
      let store = try Store(path: workplace.database)
      let stored = try await store.read { try $0.schedule().count }
      try store.close()
      guard stored == files.jobs else {
        throw Failure(description: "\(stored) of \(files.jobs) jobs are in the database")
      }
      return Double(files.jobs) / duration.exactSeconds
    }
  }

  private func takeBare(_ workplace: Workplace) throws -> Duration {
    let intake = try BareIntake(path: workplace.database)
    let duration = try ContinuousClock().measure {
      try intake.take(workplace.incoming, jobsPerFile: files.jobsPerFile)
    }
    try intake.close()
    return duration
  }

  private func takeByDaemon(_ workplace: Workplace) async throws -> Duration {
    // With its start, as it is not ready before it has taken in what lies there.
    let start = ContinuousClock.now
    let daemon = try await ChildProcess(["daemon", workplace.root])
    defer { daemon.stop() }
    let last = "\(workplace.incoming)/\(files.lastName)"
    // Another process removes it, and a millisecond is nothing here: looking is simpler than inotify.
    while access(last, F_OK) == 0 {
      guard ContinuousClock.now - start < Self.patience else {
        throw Failure(description: "the daemon does not empty its spool: see its log above")
      }
      try await Task.sleep(for: .milliseconds(1))
    }
    return ContinuousClock.now - start
  }
}
