import GRDB
import JobWatchCore

extension Transaction {
  /// How far the status log at a path has been written.
  package struct LogCursor: Sendable, Hashable {
    package var seq: Int64
    /// Of the file that was written to.
    package var inode: UInt64

    package init(seq: Int64, inode: UInt64) {
      self.seq = seq
      self.inode = inode
    }
  }

  package func logCursor(_ path: String) throws -> LogCursor? {
    try row("SELECT seq, inode FROM log_cursor WHERE path = ?", [path]).map {
      LogCursor(seq: $0[0], inode: UInt64(bitPattern: $0[1] as Int64))
    }
  }

  /// There is one status log. Where it was before it moved is forgotten: a cursor that no longer advances would
  /// keep every later event from being pruned.
  package func setLogCursor(_ path: String, _ cursor: LogCursor) throws {
    try execute("DELETE FROM log_cursor WHERE path <> ?", [path])
    try execute(
      """
      INSERT INTO log_cursor (path, seq, inode) VALUES (?, ?, ?)
      ON CONFLICT (path) DO UPDATE SET seq = excluded.seq, inode = excluded.inode
      """, [path, cursor.seq, Int64(bitPattern: cursor.inode)])
  }

  /// Remembers a spool file whose effect must not come twice: a command, or a rejection that is told. False: it is
  /// remembered already, and the crash came before the file was cleared away.
  package func noteFile(_ fingerprint: String, at now: Timestamp) throws -> Bool {
    try execute(
      "INSERT INTO handled_file (fingerprint, at) VALUES (?, ?) ON CONFLICT DO NOTHING",
      [fingerprint, now])
    return db.changesCount == 1
  }
}

extension Transaction {
  /// From the last event before the daemon was last started to that start; nil: there is none, or it was not told.
  package func absenceBeforeStart() throws -> Duration? {
    let start = try row(
      "SELECT seq, at FROM event WHERE kind = ? ORDER BY seq DESC LIMIT 1",
      [EventKind.daemonStarted.rawValue])
    guard let start,
      let last = try row(
        "SELECT at FROM event WHERE seq < ? ORDER BY seq DESC LIMIT 1", [start[0] as Int64])
    else { return nil }
    return (start[1] as Timestamp) - (last[0] as Timestamp)
  }

  /// The last time that anything was written down; nil in a new database.
  package func lastSignOfLife() throws -> Timestamp? {
    try integer(
      """
      SELECT max(at) FROM (SELECT max(last_seen_at) AS at FROM job UNION ALL
        SELECT at FROM (SELECT at FROM event ORDER BY seq DESC LIMIT 1))
      """
    ).map(Timestamp.init(milliseconds:))
  }
}
