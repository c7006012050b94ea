import Foundation
import GRDB
import JobWatchCore

/// What the ended jobs of one key have come to, beside what they taught.
package struct DurationTally: Hashable, Sendable {
  package var jobs = 0
  /// Answers that were stored of them.
  package var polls = 0
  /// Of the jobs, those whose records have an end time, which the two below are of.
  package var timedJobs = 0
  /// From their ends to the answers that told them, in all.
  package var latency = Duration.zero
  /// Polls that every 10 s would have taken.
  package var fixedPolls = 0

  package init() {}

  /// Counts a job that ended.
  ///
  /// - Parameters:
  ///   - polls: answers that were stored of it.
  ///   - age: at which it was seen ended, in seconds.
  package mutating func count(_ end: DurationSample.End, polls: Int, age: Double) {
    jobs += 1
    self.polls += polls
    guard case .at(let duration) = end else { return }
    timedJobs += 1
    latency += .milliseconds(Int64((max(age - duration, 0) * 1000).rounded()))
    fixedPolls += max(1, Int((duration / 10).rounded(.up)))
  }
}

extension Transaction {
  package struct Learned: Sendable {
    package var key: DurationKey
    /// As `DurationModel.bytes`.
    package var model: [UInt8]
    package var tally: DurationTally
    package var taughtAt: Timestamp

    package init(key: DurationKey, model: [UInt8], tally: DurationTally, taughtAt: Timestamp) {
      self.key = key
      self.model = model
      self.tally = tally
      self.taughtAt = taughtAt
    }
  }

  /// In the order in which the keys were last taught.
  package func learned() throws -> [Learned] {
    try rows("SELECT * FROM duration ORDER BY taught_at, service, job_type, region")
      .map(Learned.init)
  }

  package func learned(_ key: DurationKey) throws -> Learned? {
    try row(
      "SELECT * FROM duration WHERE service = ? AND job_type = ? AND region = ?",
      [key.service, key.jobType, key.region]
    ).map(Learned.init)
  }

  package func save(_ learned: Learned) throws {
    let (key, tally) = (learned.key, learned.tally)
    try execute(
      """
      INSERT OR REPLACE INTO duration (service, job_type, region, model, jobs, polls, timed_jobs, latency_ms,
        fixed_polls, taught_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        key.service, key.jobType, key.region, Data(learned.model), tally.jobs, tally.polls,
        tally.timedJobs, tally.latency.milliseconds, tally.fixedPolls, learned.taughtAt,
      ])
  }

  /// Forgets what a key has learned.
  package func forget(_ key: DurationKey) throws {
    try execute(
      "DELETE FROM duration WHERE service = ? AND job_type = ? AND region = ?",
      [key.service, key.jobType, key.region])
  }

  /// The answers that were stored of a job.
  package func polls(of job: Int64) throws -> Int {
    try integer("SELECT polls FROM job WHERE id = ?", [job]).map(Int.init(clamping:)) ?? 0
  }
}

extension Transaction.Learned {
  fileprivate init(_ row: Row) {
    let model: Data = row["model"]
    let latency: Int64 = row["latency_ms"]
    var tally = DurationTally()
    tally.jobs = row["jobs"]
    tally.polls = row["polls"]
    tally.timedJobs = row["timed_jobs"]
    tally.latency = .milliseconds(latency)
    tally.fixedPolls = row["fixed_polls"]
    self.init(
      key: DurationKey(service: row["service"], jobType: row["job_type"], region: row["region"]),
      model: Array(model), tally: tally, taughtAt: row["taught_at"])
  }
}
