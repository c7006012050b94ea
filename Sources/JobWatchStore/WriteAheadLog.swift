/// How jobwatch treats SQLite's write-ahead log, so that others can read, copy and follow the database while it runs.
///
/// - WAL mode from the first table on, never left again. `synchronous=FULL`: a commit is on disk when it is told of.
/// - Checkpoints are passive: SQLite's own, once the log has `pages`. A passive checkpoint moves what no reader needs
///   any more into the database and waits for nobody. The log begins anew, from its start, with the first write after a
///   checkpoint that moved everything while nobody reads: a reader with an open transaction keeps it whole.
/// - No `VACUUM`, which would write every page through the log: pruned pages are given back by `incremental_vacuum`, a
///   few at a time, as commits like any other.
/// - No transaction of ours lasts but those of a backup and of the check of the whole file: seconds with a million jobs.
/// - A lock of another is waited for for five seconds, then the write is tried again later.
/// - The last connection that closes moves all that is left and removes the log. While another program has the
///   database open, that is not us, and the log stays.
///
/// That is what litestream asks of an application: WAL mode, a busy timeout of 5 s, and no checkpoint that forces the
/// log to begin anew behind its back, which would cost it a new snapshot. It holds a read transaction of its own,
/// copies the frames as they come, and checkpoints itself. Its tables, `_litestream_seq` and `_litestream_lock`, do not disturb us.
enum WriteAheadLog {
  /// 16 MB: few enough to be read through at a start, many enough that a page that changes all the time is moved once.
  static let pages = 4000

  /// To which the log's file is cut back when it begins anew. Without a limit it keeps for ever the size that it once
  /// came to, because somebody read for long. Twice the usual size, which is better overwritten than cut and grown again.
  static let sizeLimit = 32 << 20

  /// What SQLite puts beside a database, by what follows its name.
  static let companions = ["-wal", "-shm", "-journal"]
}
