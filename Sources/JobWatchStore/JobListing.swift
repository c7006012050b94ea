import GRDB
import JobWatchCore

/// Which jobs a list shows; what is empty or nil asks for nothing.
package struct JobFilter: Sendable, Hashable {
  package var states: Set<JobState>
  /// Of the jobs that ended, only those whose end was learned at this time or later.
  package var endedSince: Timestamp?
  package var account: String?
  package var service: String?
  /// All of them must be on the job with these values.
  package var labels: [String: String]

  package init(
    states: Set<JobState> = [], endedSince: Timestamp? = nil, account: String? = nil,
    service: String? = nil, labels: [String: String] = [:]
  ) {
    self.states = states
    self.endedSince = endedSince
    self.account = account
    self.service = service
    self.labels = labels
  }
}

extension Transaction {
  /// The jobs that are still watched, newest first, then those that ended, latest end first; up to
  /// `limit`.
  ///
  /// Each half follows an index in the order that is shown, so that without conditions no more rows
  /// are read than are returned, however many there are.
  package func jobs(matching filter: JobFilter, limit: Int) throws -> [Job] {
    let states = filter.states.isEmpty ? Set(JobState.allCases) : filter.states
    var jobs: [Job] = []
    if states.contains(where: { !$0.isFinal }) {
      jobs = try select(
        "SELECT * FROM job INDEXED BY job_active WHERE ended_at IS NULL", filter,
        order: "id DESC", limit: limit)
    }
    if jobs.count < limit, states.contains(where: \.isFinal) {
      let since = filter.endedSince?.milliseconds ?? .min
      jobs += try select(
        "SELECT * FROM job INDEXED BY job_by_end WHERE ended_at >= \(since)", filter,
        order: "ended_at DESC, id DESC", limit: limit - jobs.count)
    }
    return jobs
  }

  private func select(_ head: SQL, _ filter: JobFilter, order: String, limit: Int) throws -> [Job] {
    var query = head
    if !filter.states.isEmpty { query += " AND state IN \(filter.states.map(\.rawValue))" }
    if let account = filter.account { query += " AND account = \(account)" }
    if let service = filter.service { query += " AND service = \(service)" }
    for (key, value) in filter.labels {
      query += """
         AND EXISTS (
          SELECT 1 FROM json_each(job.labels) l WHERE l.key = \(key) AND l.value = \(value))
        """
    }
    query += " ORDER BY \(sql: order) LIMIT \(limit)"
    return try SQLRequest<Row>(literal: query).fetchAll(db).map(Job.init(row:))
  }

  /// Up to `limit` ids, each once, that begin with `prefix`.
  package func jobIDs(startingWith prefix: String, limit: Int) throws -> [String] {
    // Ids are ASCII (`JobKey.isJobID`), and DEL comes after all that they may hold.
    try String.fetchAll(
      db,
      sql: """
        SELECT DISTINCT job_id FROM job WHERE job_id >= ? AND job_id < ? ORDER BY job_id LIMIT ?
        """, arguments: [prefix, prefix + "\u{7F}", limit])
  }

  /// When the job is asked for next; nil: never again.
  package func nextPoll(of job: Int64) throws -> Timestamp? {
    try integer("SELECT due_at FROM job WHERE id = ?", [job])
      .map(Timestamp.init(milliseconds:))
  }
}
