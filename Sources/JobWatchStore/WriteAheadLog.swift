import GRDB
import GRDBSQLite

/// How jobwatch treats SQLite's write-ahead log. Others can read, copy and follow the database while it runs.
///
/// - WAL mode always, `synchronous=FULL`: a commit is on disk when it is told of.
/// - Checkpoints are SQLite's own and passive, once the log has `pages`: they wait for nobody. A reader with an open
///   transaction keeps the log from beginning at its start again.
/// - No `VACUUM`, which would write every page through the log: `incremental_vacuum` gives a few pages back at a time.
/// - Only the transactions of a backup and of the check of the whole file last: seconds with a million jobs.
/// - The last connection that closes moves all that is left. It removes the log only in the end of a daemon that had
///   the database open.
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

extension Database {
  /// Whether the log stays when this connection is the last one that closes.
  ///
  /// SQLite removes it after a checkpoint that copied all, or that it takes for one. A connection that never could open
  /// the `-shm` file tries once more when it closes. Where it can then open it for reading alone, as between two calls
  /// that find no free descriptor, it gets none of its locks, copies nothing, and calls that a success: all that the
  /// log held is gone (`sqlite3WalClose` and `walCheckpoint`, 3.40.1). So the log stays until a connection has used it.
  func keepWriteAheadLog(_ stays: Bool) throws {
    guard let connection = sqliteConnection else { return }  // It was closed before.
    var stays: CInt = stays ? 1 : 0
    let code = sqlite3_file_control(connection, "main", SQLITE_FCNTL_PERSIST_WAL, &stays)
    guard code == SQLITE_OK else { throw DatabaseError(resultCode: ResultCode(rawValue: code)) }
  }

  /// The failed read of the database's file or of its log behind what SQLite calls damage; nil: none has failed.
  var readFault: DatabaseError? {
    [SQLITE_FCNTL_FILE_POINTER, SQLITE_FCNTL_JOURNAL_POINTER].lazy.compactMap { [sqliteConnection] name in
      var file: UnsafeMutablePointer<sqlite3_file>?
      var code: CInt = 0
      // A file that is not open has no methods.
      guard sqlite3_file_control(sqliteConnection, "main", name, &file) == SQLITE_OK, let file,
        let methods = file.pointee.pMethods,
        methods.pointee.xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &code) == SQLITE_OK
      else { return nil }
      return StoreError.readFault(code).map { DatabaseError(resultCode: .SQLITE_IOERR, message: $0) }
    }.first
  }
}
