import GRDB
import JobWatchCore

extension Ledger {
  /// Deletes up to `limit` rows each of what is older than `horizon` and no longer needed, and returns how many
  /// went. An event stays until the status log has it and every message of it is settled; a job stays as long
  /// as one of its messages waits. What stays, however much it is, keeps nothing behind it from going.
  package func prune(before horizon: Timestamp, limit: Int) throws -> Int {
    try execute(
      """
      DELETE FROM job WHERE id IN (
        SELECT j.id FROM job j WHERE j.ended_at < ?1 AND j.due_at IS NULL AND NOT EXISTS (
          SELECT 1 FROM event e JOIN message m ON m.seq = e.seq
          WHERE e.job = j.id AND m.state = 'waiting')
        ORDER BY j.ended_at LIMIT ?2)
      """, [horizon, limit])
    var pruned = db.changesCount
    try execute(
      """
      DELETE FROM event WHERE seq IN (
        SELECT e.seq FROM (
          SELECT seq, at FROM event WHERE NOT EXISTS (
            SELECT 1 FROM message m WHERE m.seq = event.seq AND m.state = 'waiting')
          ORDER BY seq LIMIT ?2) e
        WHERE e.at < ?1 AND e.seq <= (SELECT coalesce(min(seq), 0) FROM log_cursor))
      """, [horizon, limit])
    pruned += db.changesCount
    try execute("DELETE FROM handled_file WHERE at < ?", [horizon])
    return pruned
  }
}
