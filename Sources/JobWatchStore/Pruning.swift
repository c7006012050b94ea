import GRDB
import JobWatchCore

/// Rows that may go, found beside the writer, and where the look for them ended.
///
/// A pass goes through the tables once, in small looks, and what a look finds is deleted by its number in a short write.
/// Whatever stays, however much it is, is passed by once in each pass, in reads that keep no writer waiting.
package struct Prunable: Sendable {
  /// Where a look begins. The events come first: the jobs have few left then, each of which would be written once more
  /// to take the job off it.
  package enum Place: Sendable, Hashable {
    case events(after: Int64)
    case jobs(endedAt: Timestamp, after: Int64)
    case files(after: String)
    case conditions(after: Int64)

    package static let start = Place.events(after: 0)
    fileprivate static let firstJob = Place.jobs(endedAt: Timestamp(milliseconds: .min), after: 0)
    fileprivate static let firstFile = Place.files(after: "")
    fileprivate static let firstCondition = Place.conditions(after: 0)
  }

  fileprivate var events: [Int64] = []
  fileprivate var jobs: [Int64] = []
  fileprivate var files: [String] = []
  fileprivate var conditions: [Int64] = []
  /// Nil: the pass is over.
  package fileprivate(set) var next: Place?

  package var isEmpty: Bool { [events, jobs, conditions].allSatisfy(\.isEmpty) && files.isEmpty }
}

extension Transaction {
  /// Looks at up to `limit` rows from `place` on, for those that are older than `horizon` and no longer needed.
  package func prunable(
    from place: Prunable.Place, before horizon: Timestamp, at now: Timestamp, limit: Int
  ) throws -> Prunable {
    switch place {
    case .events(let seq): try events(after: seq, horizon..<max(horizon, now), limit)
    case .jobs(let time, let id): try jobs(endedAt: time, after: id, horizon, limit)
    case .files(let name): try files(after: name, horizon, limit)
    case .conditions(let id): try conditions(after: id, horizon, limit)
    }
  }

  /// Deletes of what was found all that may still go, and returns how many rows of their own that were.
  package func prune(_ found: Prunable, before horizon: Timestamp) throws -> Int {
    var pruned = 0
    for seq in found.events {
      try execute("DELETE FROM event WHERE seq = ?2 AND \(Self.eventMayGo)", [horizon, seq])
      pruned += db.changesCount
    }
    for id in found.jobs {
      try execute("DELETE FROM job WHERE id = ?2 AND \(Self.jobMayGo)", [horizon, id])
      pruned += db.changesCount
    }
    for name in found.files {
      try execute("DELETE FROM handled_file WHERE at < ? AND fingerprint = ?", [horizon, name])
      pruned += db.changesCount
    }
    for id in found.conditions {
      try execute("DELETE FROM condition WHERE until < ? AND id = ?", [horizon, id])
      pruned += db.changesCount
    }
    return pruned
  }

  /// An event stays until the status log has it and every message of it is settled.
  private static let eventMayGo = """
    event.at < ?1 AND event.seq <= (SELECT coalesce(min(seq), 0) FROM log_cursor)
    AND NOT EXISTS (
      SELECT 1 FROM message m WHERE m.seq = event.seq AND m.state = 'waiting')
    """

  /// A job stays as long as it is polled, or one of its messages waits.
  private static let jobMayGo = """
    job.ended_at < ?1 AND job.due_at IS NULL AND NOT EXISTS (
      SELECT 1 FROM event e JOIN message m ON m.seq = e.seq
      WHERE e.job = job.id AND m.state = 'waiting')
    """

  /// Events are in the order of their times, but for a clock that was set. The look ends with rows that are all as
  /// young as they should be: what is dated in the future holds up nothing behind it, and what is dated too late by
  /// less no longer than by that much. An index of the times would cost every event for what hardly ever is.
  private func events(after seq: Int64, _ young: Range<Timestamp>, _ limit: Int) throws -> Prunable
  {
    let rows = try rows(
      """
      SELECT seq, at, \(Self.eventMayGo) AS may_go FROM event WHERE seq > ?2
      ORDER BY seq LIMIT ?3
      """, [young.lowerBound, seq, limit])
    let isOver = rows.count < limit || rows.allSatisfy { young.contains($0["at"]) }
    return Prunable(
      events: rows.filter { $0["may_go"] }.map { $0["seq"] },
      next: isOver ? .firstJob : rows.last.map { .events(after: $0["seq"]) })
  }

  private func jobs(
    endedAt time: Timestamp, after id: Int64, _ horizon: Timestamp, _ limit: Int
  ) throws -> Prunable {
    let rows = try rows(
      """
      SELECT id, ended_at, \(Self.jobMayGo) AS may_go FROM job
      WHERE ended_at < ?1 AND (ended_at, id) > (?2, ?3) ORDER BY ended_at, id LIMIT ?4
      """, [horizon, time, id, limit])
    return Prunable(
      jobs: rows.filter { $0["may_go"] }.map { $0["id"] },
      next: rows.count < limit
        ? .firstFile : rows.last.map { .jobs(endedAt: $0["ended_at"], after: $0["id"]) })
  }

  private func files(after name: String, _ horizon: Timestamp, _ limit: Int) throws -> Prunable {
    let rows = try rows(
      """
      SELECT fingerprint, at < ?1 AS may_go FROM handled_file WHERE fingerprint > ?2
      ORDER BY fingerprint LIMIT ?3
      """, [horizon, name, limit])
    return Prunable(
      files: rows.filter { $0["may_go"] }.map { $0["fingerprint"] },
      next: rows.count < limit
        ? .firstCondition : rows.last.map { .files(after: $0["fingerprint"]) })
  }

  /// What is over and so old that no job on record was blinded by it.
  private func conditions(after id: Int64, _ horizon: Timestamp, _ limit: Int) throws -> Prunable {
    let ids = try rows(
      "SELECT id FROM condition WHERE until < ? AND id > ? ORDER BY id LIMIT ?",
      [horizon, id, limit]
    ).map { $0[0] as Int64 }
    return Prunable(
      conditions: ids, next: ids.count < limit ? nil : ids.last.map { .conditions(after: $0) })
  }
}
