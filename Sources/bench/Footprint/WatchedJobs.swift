import JobWatchCore
import JobWatchStore
import SimulatedCloud
import TestSupport

/// Running jobs of four types that a daemon finds on record at its start: asked for one after the other over the hour
/// that has gone, and due over the hour to come.
struct WatchedJobs: Sendable {
  var count: Int
  /// When the first is due.
  var now: Timestamp

  private static let rowsAtOnce = 20_000
  private static let types = ["createServer", "deleteServer", "attachVolume", "resizeServer"]

  func register(in store: Store) async throws {
    for first in stride(from: 0, to: count, by: Self.rowsAtOnce) {
      try await store.write { transaction in
        for number in first..<min(first + Self.rowsAtOnce, count) {
          try insert(number, transaction)
        }
      }
    }
  }

  /// Lets the cloud know those that are due before `time`: it would need a gigabyte for a million.
  func submit(to cloud: SimulatedCloud, dueBefore time: Timestamp) {
    for number in (0..<count).prefix(while: { due($0) < time }) {
      var script = BenchJobs.quiet.script(number)
      script.jobType = type(number)
      cloud.submit(script, at: begin(number))
    }
  }

  private func insert(_ number: Int, _ transaction: JobWatchStore.Transaction) throws {
    let (begin, seen) = (begin(number), lastSeen(number))
    let new = Job.registered(
      BenchJobs.quiet.id(number), at: begin, projectID: BenchAccount.projectID)
    guard var job = try transaction.jobs.insert(new, dueAt: due(number), noticeAt: nil) else {
      return
    }
    job.state = .running
    job.report = JobReport(
      jobType: type(number), rawStatus: "RUNNING", begin: CloudTime(raw: "", instant: begin))
    (job.firstSeenAt, job.lastSeenAt) = (seen, seen)
    job.span = WatchedSpan(known: age(number).exactSeconds)
    try transaction.jobs.save(job, bodyHash: 1, dueAt: due(number), noticeAt: seen + .hours(20))
  }

  private func type(_ number: Int) -> String { Self.types[number % Self.types.count] }
  /// When it was last seen.
  private func age(_ number: Int) -> Duration { .seconds(1 + number % 600) }
  private func begin(_ number: Int) -> Timestamp { lastSeen(number) - age(number) }
  private func lastSeen(_ number: Int) -> Timestamp { due(number) - .hours(1) }
  private func due(_ number: Int) -> Timestamp { now + .milliseconds(number * 3_600_000 / count) }
}
