/// How jobwatch treats SQLite's write-ahead log. Others can read, copy and follow the database while it runs.
///
/// - WAL mode always, `synchronous=FULL`: a commit is on disk when it is told of.
/// - Checkpoints are SQLite's own and passive, once the log has `pages`: they wait for nobody. A reader with an open
///   transaction keeps the log from beginning at its start again.
/// - No `VACUUM`, which would write every page through the log: `incremental_vacuum` gives a few pages back at a time.
/// - Only the transactions of a backup and of the check of the whole file last: seconds with a million jobs.
/// - The last connection that closes moves all that is left and removes the log.
///
/// That is what litestream asks of an application: a checkpoint that empties the log behind its back would cost it a
/// new snapshot. Its tables, `_litestream_seq` and `_litestream_lock`, do no harm.
enum WriteAheadLog {
  /// 16 MB: few enough to read at a start, enough that a page which changes all the time is moved once.
  static let pages = 4000

  /// Bytes to which the log's file is cut when it begins again. Without a limit it keeps the size of its longest time.
  static let sizeLimit = 32 << 20

  /// What SQLite puts beside a database, by what follows its name.
  static let companions = ["-wal", "-shm", "-journal"]
}
