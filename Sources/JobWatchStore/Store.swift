import GRDB
import Synchronization

/// The database: one SQLite file, one writer, group commit.
///
/// A write is a closure that runs inside a transaction shared with all others that were waiting. No timer gathers the
/// group: it is what queued while the last commit ran. An idle store adds no delay; a busy one commits once for many.
package final class Store: Sendable {
  /// What a commit brought that others may be waiting for.
  package struct News: Sendable {
    package var hasEvents = false
    /// Jobs whose watch begins.
    package var hasJobs = false
    /// Known jobs whose due time may be earlier than it was.
    package var hastened: Set<Int64> = []
    package var hasMessages = false
    /// A condition began or ended.
    package var hasConditions = false
  }

  package struct Statistics: Sendable {
    package var commits = 0
    /// Rows inserted, updated or deleted by those commits.
    package var rows = 0
  }

  /// The most writes in one transaction: bounds how long the last one waits.
  private static let groupLimit = 256

  private struct State {
    var waiting: [PendingWrite] = []
    var isDraining = false
    var statistics = Statistics()
    var onNews: @Sendable (News) -> Void = { _ in }
    var onReportedDamage: @Sendable (StoreError) -> Void = { _ in }
    var reportedDamage: StoreError?
  }

  private let pool: DatabasePool
  private let queue: StoreQueue
  private let random: @Sendable () -> UInt64
  /// The file that is open.
  private let file: FileIdentity?
  private let state = Mutex(State())

  package static let systemRandom: @Sendable () -> UInt64 = { .random(in: .min ... .max) }

  /// Opens or creates the database and brings its tables up to date, or throws a `StoreError` and leaves them as they
  /// were.
  ///
  /// - Parameters:
  ///   - onMigration: called with the path of the copy, before an older database is copied and brought up to date:
  ///     some seconds for a million jobs.
  ///   - random: makes the ids of events.
  package init(
    path: String, on queue: StoreQueue = .threads, onMigration: (String) -> Void = { _ in },
    random: @escaping @Sendable () -> UInt64 = Store.systemRandom
  ) throws {
    pool = try StoreOpening.pool(path, onMigration: onMigration)
    file = FileIdentity(of: path)
    self.queue = queue
    self.random = random
  }

  var path: String { pool.path }

  package var statistics: Statistics { state.withLock(\.statistics) }

  /// `hint` is called after each commit that appended events, from the writer's thread. It must only wake others.
  package func onNews(_ hint: @escaping @Sendable (News) -> Void) {
    state.withLock { $0.onNews = hint }
  }

  /// `hint` is called when SQLite reports what a damaged file, or disk, makes it report. It must only wake others.
  package func onReportedDamage(_ hint: @escaping @Sendable (StoreError) -> Void) {
    state.withLock { $0.onReportedDamage = hint }
  }

  /// The last report that no check has taken yet. It outlives the workers of a configuration.
  package var reportedDamage: StoreError? { state.withLock(\.reportedDamage) }

  package func takeReportedDamage() -> StoreError? {
    state.withLock { state in
      defer { state.reportedDamage = nil }
      return state.reportedDamage
    }
  }

  /// Puts back the report of a check that did not finish, unless there is a newer one.
  package func returnReportedDamage(_ report: StoreError?) {
    state.withLock { $0.reportedDamage = $0.reportedDamage ?? report }
  }

  /// Runs `body` in a transaction and returns once it is durable. If `body` throws, nothing of it stays, and the
  /// writes beside it do. Throws what `body` throws, or `StoreError` when the commit fails: then nothing was stored.
  package func write<Value: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      let pending = PendingWrite(body, continuation)
      let isFirst = state.withLock { state in
        state.waiting.append(pending)
        defer { state.isDraining = true }
        return !state.isDraining
      }
      if isFirst { queue.run { [self] in pool.writeWithoutTransaction(drain) } }
    }
  }

  /// Runs `body` on a snapshot, beside the writer.
  package func read<Value: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> Value) async throws -> Value {
    try await run { [pool] in try pool.read { try body(Transaction($0)) } }
  }

  /// Gives a few free pages back to the file system, and returns how many are left for another call.
  package func shrink() async throws -> Int {
    try await run { [pool] in
      try pool.writeWithoutTransaction { db in
        try db.execute(sql: "PRAGMA incremental_vacuum(500)")
        return try db.value("PRAGMA freelist_count") ?? 0
      }
    }
  }

  /// Checks the whole file on a connection of its own, beside the writer; the write-ahead log grows meanwhile. A
  /// million jobs and as many events, 0.8 GB, take 3.5 s of a processor.
  ///
  /// - Throws: `StoreError` when it cannot be known, `CancellationError` as soon as the task is cancelled.
  package func examine() async throws -> IntegrityReport {
    let connection = Mutex<(queue: DatabaseQueue?, isCancelled: Bool)>((nil, false))
    return try await withTaskCancellationHandler {
      try await run { [path] in
        func look() throws -> IntegrityReport {
          do {
            let queue = try DatabaseQueue(path: path, configuration: .labelled("examination", readonly: true))
            try connection.withLock {
              if $0.isCancelled { throw CancellationError() }
              $0.queue = queue
            }
            return try queue.read(IntegrityReport.init(of:))
          } catch let error as DatabaseError {
            if error.resultCode == .SQLITE_INTERRUPT { throw CancellationError() }
            guard error.speaksOfDamage else { throw StoreError(error, path: path) }
            if let fault = StoreError.unread(path) { throw fault }
            return IntegrityReport(damage: error.message ?? "\(error.resultCode)")
          }
        }
        // A second look finds what is damaged, and not what could not be read once.
        let first = try look()
        return first.damage == nil ? first : try look()
      }
    } onCancel: {
      connection.withLock {
        $0.isCancelled = true
        $0.queue?.interrupt()
      }
    }
  }

  /// The error that tells of `damage` in this database.
  package func damaged(_ damage: String) -> StoreError { .damaged(path, damage) }

  /// Closes after all that is under way, and leaves the file ready to be copied.
  package func close() throws { try pool.closeWhole() }

  /// Runs blocking work on the queue, and gives SQLite's errors path and cure.
  private func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
    try Task.checkCancellation()
    do {
      return try await withCheckedThrowingContinuation { continuation in
        queue.run { continuation.resume(with: Result(catching: work)) }
      }
    } catch let error as DatabaseError {
      noteDamage(error)
      throw StoreError(error, path: path)
    }
  }

  private func noteDamage(_ error: any Error) {
    guard let error = error as? DatabaseError,
      [.SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_IOERR].contains(error.resultCode)
    else { return }
    let report = StoreError(error, path: path)
    let hint = state.withLock { state in
      state.reportedDamage = report
      return state.onReportedDamage
    }
    hint(report)
  }

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

  private func commit(_ group: [PendingWrite], _ db: Database) {
    let transaction = Transaction(db, random: random)
    var rowsBefore = 0
    do {
      // SQLite would go on with a file that has no name any more, and a restart without what was accepted into it.
      guard FileIdentity(of: path) == file else {
        // The next start would play the write-ahead log into another file.
        do { try db.checkpoint(.truncate) } catch { noteDamage(error) }
        throw StoreError.moved(path)
      }
      try db.inTransaction(.immediate) {
        // Not before: a connection that was closed has no count, and fails here.
        rowsBefore = db.totalChangesCount
        for write in group { try write.run(transaction) }
        return .commit
      }
    } catch {
      noteDamage(error)
      for write in group { write.abort(StoreError(error, path: path)) }
      return
    }
    let news = transaction.effects.news
    let onNews = state.withLock { state in
      state.statistics.commits += 1
      state.statistics.rows += db.totalChangesCount - rowsBefore
      return state.onNews
    }
    for failure in transaction.effects.failures { noteDamage(failure) }
    for write in group { write.finish() }
    if news.hasEvents || news.hasMessages || !news.hastened.isEmpty { onNews(news) }
  }
}

/// One caller's part of a group. It is safe to send, because only the writer's thread uses it after it was queued.
private final class PendingWrite: @unchecked Sendable {
  /// Returns what tells the caller its value.
  private let body: (Transaction) throws -> () -> Void
  private let fail: (any Error) -> Void
  private var succeed = {}
  private var failure: (any Error)?

  init<Value: Sendable>(
    _ body: @escaping @Sendable (Transaction) throws -> Value, _ continuation: CheckedContinuation<Value, any Error>
  ) {
    self.body = { transaction in
      let value = try body(transaction)
      return { continuation.resume(returning: value) }
    }
    fail = { continuation.resume(throwing: $0) }
  }

  /// Throws only when the whole transaction is lost; the body's own error is kept for its caller.
  func run(_ transaction: Transaction) throws {
    switch try transaction.attempt({ try body(transaction) }) {
    case .success(let succeed): self.succeed = succeed
    case .failure(let error): failure = error
    }
  }

  func finish() { failure.map(fail) ?? succeed() }
  /// - Parameter error: why the transaction is lost, which is what SQLite told this body too, if it told it anything.
  func abort(_ error: StoreError) { fail(failure is DatabaseError ? error : failure ?? error) }
}
