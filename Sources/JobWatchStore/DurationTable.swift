import Foundation
import GRDB
import JobWatchCore

/// Figures of the ended jobs of one key.
package struct DurationTally: Hashable, Sendable {
  package var jobs = 0
  /// Answers that were stored of them.
  package var polls = 0
  /// The jobs whose records have an end time. The two figures below are of these.
  package var timedJobs = 0
  /// The sum of the times from a job's end to the answer that told it.
  package var latency = Duration.zero
  /// Polls that an interval of 10 s would have taken.
  package var fixedPolls = 0

  package static let zero = DurationTally()

  /// - Parameter age: the age at which the job was seen ended, in seconds.
  package mutating func count(_ end: DurationSample.End, polls: Int, age: Double) {
    jobs += 1
    self.polls += polls
    guard case .at(let duration) = end else { return }
    timedJobs += 1
    latency += .milliseconds(max(age - duration, 0).milliseconds)
    fixedPolls += max(1, Int((duration / 10).rounded(.up)))
  }
}

/// The table `duration`: what the ended jobs of each key have taught.
package struct DurationTable {
  let db: Database

  package struct Learned: Sendable {
    package var key: DurationKey
    /// As `DurationModel.bytes`.
    package var model: [UInt8]
    package var tally: DurationTally
    package var taughtAt: Timestamp
  }

  /// In the order in which the keys were last taught.
  package func all() throws -> [Learned] {
    try db.rows("SELECT * FROM duration ORDER BY taught_at, service, job_type, region")
      .map(Learned.init)
  }

  package func find(_ key: DurationKey) throws -> Learned? {
    try db.row(
      "SELECT * FROM duration WHERE service = ? AND job_type = ? AND region = ?",
      [key.service, key.jobType, key.region]
    ).map(Learned.init)
  }

  package func save(_ model: [UInt8], _ tally: DurationTally, of key: DurationKey, taughtAt: Timestamp) throws {
    try db.run(
      """
      INSERT OR REPLACE INTO duration (service, job_type, region, model, jobs, polls, timed_jobs, latency_ms,
        fixed_polls, taught_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        key.service, key.jobType, key.region, Data(model), tally.jobs, tally.polls,
        tally.timedJobs, tally.latency.milliseconds, tally.fixedPolls, taughtAt,
      ])
  }

  package func forget(_ key: DurationKey) throws {
    try db.run(
      "DELETE FROM duration WHERE service = ? AND job_type = ? AND region = ?",
      [key.service, key.jobType, key.region])
  }
}

extension DurationTable.Learned {
  fileprivate init(_ row: Row) {
    let (model, latency): (Data, Int64) = (row["model"], row["latency_ms"])
    self.init(
      key: DurationKey(service: row["service"], jobType: row["job_type"], region: row["region"]), model: Array(model),
      tally: DurationTally(
        jobs: row["jobs"], polls: row["polls"], timedJobs: row["timed_jobs"],
        latency: .milliseconds(latency), fixedPolls: row["fixed_polls"]),
      taughtAt: row["taught_at"])
  }
}
