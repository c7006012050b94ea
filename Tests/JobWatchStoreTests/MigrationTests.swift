import Foundation
import GRDB
import JobWatchCore
import TestSupport
import Testing

@testable import JobWatchStore

@Suite struct `A database of an older form` {
  @Test("has the tables that its step has always made", arguments: [1, 2])
  func tables(_ step: Int) throws {
    let old = try OldDatabase(afterStep: step)
    let made = try DatabaseQueue()
    try Schema.migrator.migrate(made, upTo: "\(step)")
    let tables = { (db: Database) in
      try String.fetchAll(db, sql: "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")
    }
    #expect(try made.read(tables) == DatabaseQueue(path: old.path).read(tables))
  }

  @Test("is brought up to date, and kept as it was beside", arguments: [1, 2])
  func upgrade(_ step: Int) async throws {
    let old = try OldDatabase(afterStep: step)
    let before = try OldDatabase.content(of: old.path)
    var kept: [String] = []
    let store = try Store(path: old.path) { kept.append($0) }
    #expect(kept == [old.copy])
    #expect(try OldDatabase.content(of: old.copy) == before)
    let mode = try FileManager.default.attributesOfItem(atPath: old.copy)[.posixPermissions]
    #expect(mode as? Int == 0o600)
    let (totals, jobs, seq) = try await store.read { transaction in
      (try transaction.totals(), try transaction.jobs.schedule().count, try transaction.events.lastSeq())
    }
    #expect(totals == Totals(watched: ["demo": 3], atRisk: 2, waiting: ["screen": 8], givenUp: 0))
    #expect(jobs == 3)
    try store.close()
    #expect(try old.names == ["jobwatch.db", "jobwatch.db.before-\(step + 1)"])
    try Store(path: old.path) { kept.append($0) }.close()
    #expect(kept.count == 1, "there is nothing left to do")
    #expect(try OldDatabase.content(of: old.copy) == before)
    #expect(try StoreReader(path: old.path).read { try $0.events.lastSeq() } == seq)
  }

  @Test func `is copied again where a crash, or a way back, left a copy before`() throws {
    let old = try OldDatabase()
    try Data("half".utf8).write(to: URL(fileURLWithPath: old.copy + ".tmp"))
    try Data("older".utf8).write(to: URL(fileURLWithPath: old.copy))
    try Data("oldest".utf8).write(to: URL(fileURLWithPath: old.path + ".before-1"))
    // Whatever the administrator calls his own.
    let foreign = ["jobwatch.db.before-2026-11-22", "jobwatch.db.before-upgrade"]
    for name in foreign { try Data().write(to: URL(fileURLWithPath: "\(old.directory.path)/\(name)")) }
    let before = try OldDatabase.content(of: old.path)
    try Store(path: old.path).close()
    #expect(try OldDatabase.content(of: old.copy) == before)
    #expect(try old.names == ["jobwatch.db", "jobwatch.db.before-2"] + foreign)
  }

  @Test func `is as it was when a step fails, and is brought up to date by the next start`() throws {
    let old = try OldDatabase()
    let before = try OldDatabase.content(of: old.path)
    var failing = DatabaseMigrator()
    failing.registerMigration("1") { _ in }
    failing.registerMigration("2") { db in
      try db.execute(sql: "ALTER TABLE job ADD COLUMN new TEXT; DELETE FROM message")
      throw DatabaseError(resultCode: .SQLITE_FULL)
    }
    let error = #expect(throws: StoreError.self) {
      _ = try StoreOpening.pool(old.path, failing) { _ in }
    }
    #expect(error?.mayPass == true)
    #expect(try OldDatabase.content(of: old.path) == before)
    try Store(path: old.path).close()
    #expect(try OldDatabase.content(of: old.copy) == before)
  }

  @Test(
    "needs a person when its rows are in the way of a step",
    arguments: [ResultCode.SQLITE_CONSTRAINT, .SQLITE_ERROR, .SQLITE_MISMATCH])
  func stuck(_ code: ResultCode) throws {
    let old = try OldDatabase()
    let before = try OldDatabase.content(of: old.path)
    var failing = DatabaseMigrator()
    failing.registerMigration("1") { _ in }
    failing.registerMigration("2") { _ in throw DatabaseError(resultCode: code) }
    let error = #expect(throws: StoreError.self) {
      _ = try StoreOpening.pool(old.path, failing) { _ in }
    }
    #expect(error?.mayPass == false && error?.description.contains("is as it was") == true)
    #expect(try OldDatabase.content(of: old.path) == before)
  }

  @Test func `is left alone when it is damaged`() throws {
    let old = try OldDatabase()
    try Damage.middleOfPage.inflict(on: old.path)
    let damaged = try Data(contentsOf: URL(fileURLWithPath: old.path))
    let error = #expect(throws: StoreError.self) { _ = try Store(path: old.path) }
    #expect(error?.mayPass == false)
    #expect(error?.description.contains("\(old.path) is damaged") == true)
    #expect(try !old.names.contains { $0.contains("before") })
    let after = try Data(contentsOf: URL(fileURLWithPath: old.path))
    // The mark of WAL mode is all that an attempt leaves.
    #expect(after.dropFirst(100) == damaged.dropFirst(100))
  }
}

@Suite struct `A new database` {
  @Test func `is copied nowhere`() throws {
    let directory = try TemporaryDirectory()
    try Store(path: directory.database) { _ in Issue.record("there is nothing to keep") }.close()
    let names = try FileManager.default.contentsOfDirectory(atPath: directory.path)
    #expect(names == ["jobwatch.db"])
  }

  @Test func `is made in a file in which a crash left no tables`() throws {
    let directory = try TemporaryDirectory()
    let begun = try DatabasePool(path: directory.database)
    try begun.close()
    #expect(URL(fileURLWithPath: directory.database).fileSize > 0)
    try Store(path: directory.database) { _ in Issue.record("there is nothing to keep") }.close()
    #expect(try StoreReader(path: directory.database).read { try $0.events.lastSeq() } == 0)
  }

  @Test func `takes the place of one that a crash left half made`() throws {
    let directory = try TemporaryDirectory()
    for suffix in [".new", ".new-wal", ".new-shm"] {
      let file = URL(fileURLWithPath: directory.database + suffix)
      try Data(repeating: 7, count: 5000).write(to: file)
    }
    try Store(path: directory.database).close()
    let names = try FileManager.default.contentsOfDirectory(atPath: directory.path)
    #expect(names == ["jobwatch.db"])
  }

  @Test func `does not take the place of one that was emptied, or lost without its log`() throws {
    let directory = try TemporaryDirectory()
    let file = URL(fileURLWithPath: directory.database)
    try Data().write(to: file)
    let emptied = #expect(throws: StoreError.self) { _ = try Store(path: directory.database) }
    #expect(emptied?.mayPass == false && emptied?.description.contains("it is empty") == true)
    #expect(try Data(contentsOf: file).isEmpty)
    try FileManager.default.removeItem(at: file)
    let log = URL(fileURLWithPath: directory.database + "-wal")
    try Data(repeating: 7, count: 5000).write(to: log)
    let lost = #expect(throws: StoreError.self) { _ = try Store(path: directory.database) }
    #expect(lost?.mayPass == false && lost?.description.contains("put the database back") == true)
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path).count == 1)
  }
}
