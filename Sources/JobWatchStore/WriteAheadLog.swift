/// How jobwatch treats SQLite's write-ahead log. Others can read, copy and follow the database while it runs.
///
/// - WAL mode from the first table on, never left again. `synchronous=FULL`: a commit is on disk when it is told of.
/// - Checkpoints are passive: SQLite's own, once the log has `pages`. They move what no reader needs any more into the
///   database, and wait for nobody. After one that moved everything, the next write begins at the log's start again,
///   unless a reader has a transaction open.
/// - No `VACUUM`, which would write every page through the log. `incremental_vacuum` gives pruned pages back, a few at a
///   time, as commits like any other.
/// - Only the transactions of a backup and of the check of the whole file last: seconds with a million jobs.
/// - A write waits five seconds for another's lock, then it is tried again later.
/// - The last connection that closes moves all that is left and removes the log. While another program has the
///   database open, the log stays.
///
/// That is what litestream asks of an application. It holds a read transaction of its own, copies the frames as they
/// come, and checkpoints itself; a checkpoint that empties the log behind its back would cost it a new snapshot. Its
/// tables, `_litestream_seq` and `_litestream_lock`, do no harm.
enum WriteAheadLog {
  /// 16 MB: few enough to be read through at a start, many enough that a page that changes all the time is moved once.
  static let pages = 4000

  /// The bytes to which the log's file is cut when it begins again: twice the usual size. Without a limit it would keep
  /// for ever the size that a long read once made it grow to.
  static let sizeLimit = 32 << 20

  /// What SQLite puts beside a database, by what follows its name.
  static let companions = ["-wal", "-shm", "-journal"]
}
