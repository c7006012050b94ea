import GRDB
import Synchronization

/// The database: one SQLite file, one writer, group commit.
///
/// A write is a closure that runs inside a transaction shared with whatever else was waiting; when `write`
/// returns, it is on disk (WAL, `synchronous=FULL`). No timer gathers the group: it is what queued while the
/// last commit ran, so an idle store adds no delay and a busy one commits once for many.
package final class Store: Sendable {
  /// What a commit brought that others may be waiting for.
  package struct News: Sendable {
    package var hasEvents = false
    /// Jobs whose watch begins.
    package var hasJobs = false
    package var hasMessages = false
    /// Something began or ceased to be wrong.
    package var hasConditions = false
  }

  package struct Statistics: Sendable {
    package var commits = 0
    /// Rows inserted, updated or deleted by those commits.
    package var rows = 0
  }

  /// The most writes in one transaction: bounds how long the last one waits.
  static let groupLimit = 256

  private struct State {
    var waiting: [PendingWrite] = []
    var isDraining = false
    var statistics = Statistics()
    var onNews: @Sendable (News) -> Void = { _ in }
    var onDoubt: @Sendable (StoreError) -> Void = { _ in }
    var doubt: StoreError?
  }

  private let pool: DatabasePool
  /// The file that is open.
  private let file: FileIdentity?
  private let state = Mutex(State())

  /// Opens or creates the database and brings its tables up to date.
  ///
  /// Throws `StoreError` when the file cannot be opened, is not jobwatch's, or was written by a newer version; when the
  /// tables could not be brought up to date, they are as they were.
  ///
  /// - Parameter onMigration: called before an older database is copied and brought up to date, which takes some seconds
  ///   for a million jobs, with the path at which the copy is kept.
  package init(path: String, onMigration: (String) -> Void = { _ in }) throws {
    pool = try StoreOpening.pool(path, onMigration: onMigration)
    file = FileIdentity(of: path)
  }

  var path: String { pool.path }

  package var statistics: Statistics { state.withLock(\.statistics) }

  /// `hint` is called after each commit that appended events, from the writer's queue. It must only wake others.
  package func onNews(_ hint: @escaping @Sendable (News) -> Void) {
    state.withLock { $0.onNews = hint }
  }

  /// `hint` is called when SQLite says what a damaged file, or disk, would make it say. It must only wake others.
  package func onDoubt(_ hint: @escaping @Sendable (StoreError) -> Void) {
    state.withLock { $0.onDoubt = hint }
  }

  /// What was said of damage last, and was not yet taken by somebody who looks. It stays while workers come and go.
  package var pendingDoubt: StoreError? { state.withLock(\.doubt) }

  package func takeDoubt() -> StoreError? {
    state.withLock { state in
      defer { state.doubt = nil }
      return state.doubt
    }
  }

  /// Of a look that came to no end. What was said since is as good a reason.
  package func giveBack(_ doubt: StoreError?) {
    state.withLock { $0.doubt = $0.doubt ?? doubt }
  }

  /// Runs `body` in a transaction and returns once it is durable.
  ///
  /// `body` is atomic: where it throws, nothing of it stays, and the writes beside it are not disturbed. Throws what
  /// `body` throws, or `StoreError` when the commit fails (a full disk, say): then nothing was stored.
  package func write<Value: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> Value)
    async throws -> Value
  {
    try await withCheckedThrowingContinuation { continuation in
      let pending = PendingWrite(body, continuation)
      let isFirst = state.withLock { state in
        state.waiting.append(pending)
        defer { state.isDraining = true }
        return !state.isDraining
      }
      if isFirst { pool.asyncWriteWithoutTransaction { [self] db in drain(db) } }
    }
  }

  /// Runs `body` on a snapshot, beside the writer.
  package func read<Value: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> Value)
    async throws -> Value
  {
    do {
      return try await pool.read { db in try body(Transaction(db)) }
    } catch let error as DatabaseError {
      doubt(error)
      throw StoreError(error, path: path)
    }
  }

  /// Gives free pages back to the file system, so few at a time that no commit waits long.
  /// Returns how many free pages are left for another call.
  package func shrink() async throws -> Int {
    do {
      return try await pool.writeWithoutTransaction { db in
        try db.execute(sql: "PRAGMA incremental_vacuum(500)")
        return try Int.fetchOne(db, sql: "PRAGMA freelist_count") ?? 0
      }
    } catch let error as DatabaseError {
      doubt(error)
      throw StoreError(error, path: path)
    }
  }

  /// After all that is under way; the file is left ready to be copied.
  package func close() throws { try pool.closeWhole() }

  private func doubt(_ error: any Error) {
    guard let error = error as? DatabaseError, Self.doubtful.contains(error.resultCode) else {
      return
    }
    let said = StoreError(error, path: path)
    let onDoubt = state.withLock { state in
      state.doubt = said
      return state.onDoubt
    }
    onDoubt(said)
  }

  private static let doubtful: [ResultCode] = [.SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_IOERR]

  private func drain(_ db: Database) {
    while true {
      let group = state.withLock { state -> [PendingWrite] in
        let group = Array(state.waiting.prefix(Self.groupLimit))
        state.waiting.removeFirst(group.count)
        if group.isEmpty { state.isDraining = false }
        return group
      }
      if group.isEmpty { return }
      commit(group, db)
    }
  }

  /// Moves all of the write-ahead log into the file that it belongs to, wherever that is now: the next start would play
  /// it into whatever file it finds in this place.
  private func takeLog(_ db: Database) {
    do {
      try db.checkpoint(.truncate)
    } catch {
      // Mostly somebody reads: the next write that is refused tries it again. A fault of the disk is looked into.
      doubt(error)
    }
  }

  private func commit(_ group: [PendingWrite], _ db: Database) {
    let transaction = Transaction(db)
    var rowsBefore = 0
    do {
      // SQLite would go on with a file that has no name any more, and a restart without what was accepted into it.
      guard FileIdentity(of: path) == file else {
        takeLog(db)
        throw StoreError.moved(path)
      }
      try db.inTransaction(.immediate) {
        // Not before: a connection that was closed has no count, and fails here.
        rowsBefore = db.totalChangesCount
        for write in group { try write.run(transaction) }
        return .commit
      }
    } catch {
      doubt(error)
      let failure = StoreError(error, path: path)
      for write in group { write.fail(failure) }
      return
    }
    let news = transaction.effects.news
    let onNews = state.withLock { state in
      state.statistics.commits += 1
      state.statistics.rows += db.totalChangesCount - rowsBefore
      return state.onNews
    }
    for write in group {
      if let failure = write.failure { doubt(failure) }
      write.finish()
    }
    if news.hasEvents || news.hasMessages { onNews(news) }
  }
}

/// One caller's part of a group: its closure, then its outcome, then its continuation.
///
/// Used by the writer's queue alone after it was queued, which is what makes it safe to send.
private final class PendingWrite: @unchecked Sendable {
  private let body: (Transaction) throws -> Void
  private let resume: (Result<Void, any Error>) -> Void
  private(set) var failure: (any Error)?

  init<Value: Sendable>(
    _ body: @escaping @Sendable (Transaction) throws -> Value,
    _ continuation: CheckedContinuation<Value, any Error>
  ) {
    let slot = Slot<Value>()
    self.body = { slot.value = try body($0) }
    resume = { outcome in
      switch (outcome, slot.value) {
      case (.failure(let error), _): continuation.resume(throwing: error)
      case (.success, let value?): continuation.resume(returning: value)
      case (.success, nil): continuation.resume(throwing: CancellationError())
      }
    }
  }

  /// Throws only when the whole transaction is lost; the body's own error is kept for its caller.
  func run(_ transaction: Transaction) throws {
    // GRDB's own `inSavepoint` prepares its statements anew for each write.
    try transaction.db.run("SAVEPOINT one")
    do {
      try body(transaction)
    } catch {
      failure = error
      // A full disk or an I/O error ends the transaction under our feet: the others' work is gone too.
      guard transaction.db.isInsideTransaction else { throw error }
      try transaction.db.run("ROLLBACK TO one")
    }
    try transaction.db.run("RELEASE one")
  }

  func finish() { resume(failure.map(Result.failure) ?? .success(())) }
  func fail(_ error: any Error) { resume(.failure(failure ?? error)) }

  private final class Slot<Value> { var value: Value? }
}
