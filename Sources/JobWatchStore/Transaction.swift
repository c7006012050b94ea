import GRDB
import JobWatchCore

/// One transaction of the database: a value per table, and the operations that change several tables at once.
package struct Transaction {
  let db: Database
  let effects = Effects()
  private let random: @Sendable () -> UInt64

  /// What the transaction changes that others wait for. `Store` tells them after the commit.
  final class Effects {
    var news = Store.News()
    /// What failed alone: `Store` looks whether it tells of damage.
    var failures: [any Error] = []
  }

  init(_ db: Database, random: @escaping @Sendable () -> UInt64 = Store.systemRandom) {
    self.db = db
    self.random = random
  }

  /// Runs `body` by itself: if it throws, nothing of it stays, and what comes before and after it does. Throws itself for a
  /// full disk, an I/O error and for want of memory: SQLite ends the transaction for most of them, and whatever comes after
  /// would meet them as well.
  package func attempt<Value>(_ body: () throws -> Value) throws -> Result<Value, any Error> {
    // GRDB's own `inSavepoint` compiles its statements for each call.
    try db.run("SAVEPOINT attempt")
    let result = Result { try body() }
    if case .failure(let error) = result {
      let code = (error as? DatabaseError)?.resultCode
      let concernsAll = code == .SQLITE_FULL || code == .SQLITE_IOERR || code == .SQLITE_NOMEM
      guard db.isInsideTransaction, !concernsAll else { throw error }
      effects.failures.append(error)
      try db.run("ROLLBACK TO attempt")
    }
    try db.run("RELEASE attempt")
    return result
  }

  package var jobs: JobTable { JobTable(db: db) }
  package var history: HistoryTable { HistoryTable(db: db) }
  package var events: EventTable { EventTable(db: db) }
  package var messages: MessageTable { MessageTable(db: db) }
  package var conditions: ConditionTable { ConditionTable(db: db) }
  package var durations: DurationTable { DurationTable(db: db) }
  package var budgets: BudgetTable { BudgetTable(db: db) }

  /// Stores labels, channels, task and expectation of a known job that was submitted again.
  /// - Parameter dueBy: it is to be polled then at the latest; nil: as before.
  package func join(_ job: Job, noticeAt: Timestamp?, dueBy: Timestamp?) throws {
    try jobs.join(job, noticeAt: noticeAt, dueBy: dueBy)
    if dueBy != nil { effects.news.hastened.insert(job.id) }
  }

  // MARK: Events

  /// Gives the event its number and id, and queues a message for each channel.
  @discardableResult
  package func append(_ draft: EventDraft, of job: Int64?, to channels: [String]) throws -> Int64 {
    let seq = try events.insert(draft, id: newEventID(), of: job)
    for channel in channels { try enqueue(seq, channel, job: job, at: draft.time) }
    effects.news.hasEvents = true
    if draft.kind == .jobRegistered { effects.news.hasJobs = true }
    if draft.kind == .jobAtRisk, let job { try jobs.markAtRisk(job, since: draft.time) }
    return seq
  }

  /// 128 random bits, in the form that Standard Webhooks suggests.
  private func newEventID() -> String {
    let digits = String(UInt128(random()) << 64 | UInt128(random()), radix: 16)
    return "msg_" + String(repeating: "0", count: 32 - digits.count) + digits
  }

  private func enqueue(_ seq: Int64, _ channel: String, job: Int64?, at: Timestamp) throws {
    try messages.insert(seq, channel, job: job, at: at)
    effects.news.hasMessages = true
  }

  /// Queues the event of a job's end for a channel that was named later.
  package func enqueueEnd(of job: Int64, to channel: String, at: Timestamp) throws {
    guard let seq = try events.end(of: job) else { return }
    try enqueue(seq, channel, job: job, at: at)
  }

  // MARK: Conditions

  /// Records a change and appends its event, unless the change is on record already.
  package func apply(_ change: ConditionChange, routes: RouteTable) throws {
    guard try change.isEnd ? conditions.close(change.condition) : conditions.open(change.condition) else { return }
    effects.news.hasConditions = true
    let told = try conditions.open().filter { $0.toldAt != nil }
    guard let event = change.event(besides: told) else { return }
    try append(event, of: nil, to: routes.channels(for: event))
  }

  /// Records which accounts with watched jobs are not configured any more, and which are again. Returns the former:
  /// nobody polls their jobs.
  package func noteConfigured(accounts: Set<String>, at now: Timestamp, routes: RouteTable) throws -> [String] {
    let parked = try jobs.watchedByAccount().keys.filter { !accounts.contains($0) }.sorted()
    for account in parked {
      try apply(.begins(Condition(.account(account), .unconfigured, since: now, cause: "")), routes: routes)
    }
    for account in accounts { try apply(.configured(account: account, at: now), routes: routes) }
    return parked
  }

  /// Records the time without jobwatch: from the last sign of life until now. A new database has none.
  package func noteStart(at now: Timestamp) throws {
    guard let last = try lastSignOfLife(before: now), last < now else { return }
    try conditions.noteStop(from: last, to: now)
  }

  /// The time of the last event, sighting, first "no such job" or call, because in an outage there are only calls; nil in
  /// a new database.
  package func lastSignOfLife(before now: Timestamp) throws -> Timestamp? {
    try db.value(
      """
      SELECT max(at) FROM (SELECT max(last_seen_at) AS at FROM job UNION ALL SELECT max(absent_since) FROM job UNION ALL
        SELECT max(saved_at) FROM budget WHERE saved_at < ? UNION ALL
        SELECT at FROM (SELECT at FROM event ORDER BY seq DESC LIMIT 1))
      """, [now])
  }

  // MARK: Tables of a few rows

  /// How far the status log is written.
  package struct LogCursor: Sendable, Hashable {
    package var seq: Int64
    /// Of the file with the last written line.
    package var inode: UInt64
  }

  package func logCursor(_ path: String) throws -> LogCursor? {
    try db.row("SELECT seq, inode FROM log_cursor WHERE path = ?", [path]).map {
      LogCursor(seq: $0[0], inode: UInt64(bitPattern: $0[1] as Int64))
    }
  }

  /// Forgets the cursors of other paths, because one that no longer advances keeps all later events from being pruned.
  package func setLogCursor(_ path: String, seq: Int64, inode: UInt64) throws {
    try db.run("DELETE FROM log_cursor WHERE path <> ?", [path])
    try db.run(
      "INSERT OR REPLACE INTO log_cursor (path, seq, inode) VALUES (?, ?, ?)",
      [path, seq, Int64(bitPattern: inode)])
  }

  /// Remembers a spool file whose effect must not come twice: a command, or a rejection that is told. False: it is
  /// remembered already, because a crash came before it was cleared away.
  package func noteFile(_ fingerprint: String, at now: Timestamp) throws -> Bool {
    try db.run("INSERT INTO handled_file (fingerprint, at) VALUES (?, ?) ON CONFLICT DO NOTHING", [fingerprint, now])
    return db.changesCount == 1
  }

  /// When the last check of the whole file found it sound, and in which boot of the machine; nil: no check did.
  package func lastSound() throws -> (at: Timestamp, bootID: String?)? {
    try db.row("SELECT checked_at, boot_id FROM integrity").map { ($0[0], $0[1]) }
  }

  package func noteSound(inBoot bootID: String?, at now: Timestamp) throws {
    try db.run("INSERT OR REPLACE INTO integrity (id, checked_at, boot_id) VALUES (1, ?, ?)", [now, bootID])
  }
}

/// Statements whose compiled form is kept.
extension Database {
  func run(_ sql: String, _ arguments: StatementArguments = []) throws {
    try cachedStatement(sql: sql).execute(arguments: arguments)
  }

  func row(_ sql: String, _ arguments: StatementArguments = []) throws -> Row? {
    try Row.fetchOne(cachedStatement(sql: sql), arguments: arguments)
  }

  func rows(_ sql: String, _ arguments: StatementArguments = []) throws -> [Row] {
    try Row.fetchAll(cachedStatement(sql: sql), arguments: arguments)
  }

  /// The first column of the first row; nil where there is no row, or NULL in it.
  func value<Value: DatabaseValueConvertible>(_ sql: String, _ arguments: StatementArguments = []) throws -> Value? {
    try Value.fetchOne(cachedStatement(sql: sql), arguments: arguments)
  }

  func counts(_ sql: String) throws -> [String: Int] {
    try rows(sql).reduce(into: [:]) { $0[$1[0]] = $1[1] }
  }
}

extension Timestamp: DatabaseValueConvertible {
  package var databaseValue: DatabaseValue { milliseconds.databaseValue }

  package static func fromDatabaseValue(_ value: DatabaseValue) -> Timestamp? {
    Int64.fromDatabaseValue(value).map(Timestamp.init(milliseconds:))
  }
}
