import GRDB
import JobWatchCore

/// Old rows of one table that may go, and the place where the search for them goes on.
///
/// A pass reads the tables once, a few rows at a time beside the writer, and deletes by key in short writes.
package struct Prunable: Sendable {
  /// Where a search begins. Events come first, because each event that is left would be written when its job goes.
  package enum Place: Sendable, Hashable {
    case events(after: Int64)
    case jobs(endedAt: Timestamp, after: Int64)
    case files(after: String)
    case conditions(after: Int64)

    package static let start = Place.events(after: 0)
    fileprivate static let firstJob = Place.jobs(endedAt: Timestamp(milliseconds: .min), after: 0)
  }

  fileprivate let keys: [DatabaseValue]
  /// Deletes the row with the key `?2`, if it may still go before the horizon `?1`.
  fileprivate let delete: String
  /// Nil: the pass is over.
  package let next: Place?

  package var isEmpty: Bool { keys.isEmpty }

  /// - Parameter rows: the key, and whether the row may go.
  fileprivate init(_ rows: [Row], _ delete: String, next: Place?) {
    keys = rows.filter { $0[1] }.map { $0[0] }
    self.delete = delete
    self.next = next
  }
}

extension Transaction {
  /// Searches up to `limit` rows from `place` on for those that are older than `horizon` and no longer needed.
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

  /// Deletes the found rows that may still go, and returns their number without the rows that go with them.
  package func prune(_ found: Prunable, before horizon: Timestamp) throws -> Int {
    try found.keys.reduce(0) { pruned, key in
      try db.run(found.delete, [horizon, key])
      return pruned + db.changesCount
    }
  }

  /// An event may go once the status log has it and every message of it is settled.
  private static let eventMayGo = """
    event.at < ?1 AND event.seq <= (SELECT coalesce(min(seq), 0) FROM log_cursor)
    AND NOT EXISTS (
      SELECT 1 FROM message m WHERE m.seq = event.seq AND m.state = 'waiting')
    """

  /// A job may go once it is not polled any more and none of its messages waits.
  private static let jobMayGo = """
    job.ended_at < ?1 AND job.due_at IS NULL AND NOT EXISTS (
      SELECT 1 FROM event e JOIN message m ON m.seq = e.seq
      WHERE e.job = job.id AND m.state = 'waiting')
    """

  /// Ends with the first rows that are all young. Events are in the order of their times unless the clock was set, and
  /// those of the future hold up nothing behind them.
  private func events(after seq: Int64, _ young: Range<Timestamp>, _ limit: Int) throws -> Prunable {
    let rows = try db.rows(
      "SELECT seq, \(Self.eventMayGo), at FROM event WHERE seq > ?2 ORDER BY seq LIMIT ?3",
      [young.lowerBound, seq, limit])
    let isOver = rows.count < limit || rows.allSatisfy { young.contains($0[2]) }
    return Prunable(
      rows, "DELETE FROM event WHERE seq = ?2 AND \(Self.eventMayGo)",
      next: isOver ? .firstJob : rows.last.map { .events(after: $0[0]) })
  }

  private func jobs(endedAt time: Timestamp, after id: Int64, _ horizon: Timestamp, _ limit: Int) throws -> Prunable {
    let rows = try db.rows(
      """
      SELECT id, \(Self.jobMayGo), ended_at FROM job
      WHERE ended_at < ?1 AND (ended_at, id) > (?2, ?3) ORDER BY ended_at, id LIMIT ?4
      """, [horizon, time, id, limit])
    return Prunable(
      rows, "DELETE FROM job WHERE id = ?2 AND \(Self.jobMayGo)",
      next: rows.count < limit ? .files(after: "") : rows.last.map { .jobs(endedAt: $0[2], after: $0[0]) })
  }

  private func files(after name: String, _ horizon: Timestamp, _ limit: Int) throws -> Prunable {
    let rows = try db.rows(
      """
      SELECT fingerprint, at < ?1 FROM handled_file WHERE fingerprint > ?2
      ORDER BY fingerprint LIMIT ?3
      """, [horizon, name, limit])
    return Prunable(
      rows, "DELETE FROM handled_file WHERE at < ?1 AND fingerprint = ?2",
      next: rows.count < limit ? .conditions(after: 0) : rows.last.map { .files(after: $0[0]) })
  }

  /// An old condition has blinded no job that is still asked for; a job that was parked for longer may lose its cause.
  private func conditions(after id: Int64, _ horizon: Timestamp, _ limit: Int) throws -> Prunable {
    let rows = try db.rows(
      "SELECT id, 1 FROM condition WHERE until < ?1 AND id > ?2 ORDER BY id LIMIT ?3",
      [horizon, id, limit])
    return Prunable(
      rows, "DELETE FROM condition WHERE until < ?1 AND id = ?2",
      next: rows.count < limit ? nil : rows.last.map { .conditions(after: $0[0]) })
  }
}
