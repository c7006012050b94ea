import Foundation
import GRDB
import JobWatchCore
import TestSupport
import Testing

@testable import JobWatchStore

@Suite struct `A database that cannot be used` {
  private func refusal(_ path: String) throws -> StoreError {
    try #require(throws: StoreError.self) { _ = try Store(path: path) }
  }

  @Test func `was written by a newer version`() throws {
    let place = try Place()
    try place.store.close()
    try DatabaseQueue(path: place.directory.database).write { db in
      try db.execute(sql: "INSERT INTO grdb_migrations (identifier) VALUES ('999')")
    }
    let error = try refusal(place.directory.database)
    #expect(!error.mayPass && error.description.contains("newer jobwatch: install"))
  }

  @Test("is another program's", arguments: ["invoice", "job"])
  func foreign(_ table: String) throws {
    let directory = try TemporaryDirectory()
    let tables = { (db: Database) in
      try String.fetchAll(db, sql: "SELECT name FROM sqlite_schema")
    }
    let other = try DatabaseQueue(path: directory.database)
    try other.write { try $0.execute(sql: "CREATE TABLE \(table) (id INTEGER)") }
    let file = URL(fileURLWithPath: directory.database)
    let before = try Data(contentsOf: file)
    let error = try refusal(directory.database)
    #expect(!error.mayPass && error.description.contains("state_dir"))
    #expect(try other.read(tables) == [table])
    #expect(try Data(contentsOf: file) == before, "it is not put into WAL mode either")
  }

  @Test func `is damaged`() throws {
    let place = try Place()
    try place.store.close()
    let whole = try Data(contentsOf: URL(fileURLWithPath: place.directory.database))
    let garbage = Data(repeating: 0x5a, count: 8192)
    for broken in [garbage, whole.prefix(100) + garbage] {
      try broken.write(to: URL(fileURLWithPath: place.directory.database))
      let error = try refusal(place.directory.database)
      #expect(!error.mayPass)
      #expect(error.description.contains("is damaged") && error.description.contains(".recover"))
    }
  }

  @Test func `is in no directory`() throws {
    let directory = try TemporaryDirectory()
    try Data().write(to: URL(fileURLWithPath: directory.path + "/file"))
    for place in ["/none/jobwatch.db", "/file/jobwatch.db", "/"] {
      let error = try refusal(directory.path + place)
      #expect(!error.mayPass)
      #expect(error.description.contains("the directory must exist and belong to the user"))
    }
  }

  @Test func `may be opened, but has no room for what SQLite puts beside it`() throws {
    let directory = try TemporaryDirectory()
    let full = DatabaseError(resultCode: .SQLITE_CANTOPEN)
    let mayPass = { StoreError(full, path: directory.database).mayPass }
    #expect(mayPass())
    try Data().write(to: URL(fileURLWithPath: directory.database))
    #expect(mayPass())
    let log = directory.database + "-wal"
    try FileManager.default.createDirectory(atPath: log, withIntermediateDirectories: true)
    #expect(!mayPass())
  }

  @Test func `lost the list of its steps`() throws {
    let place = try Place()
    try place.store.close()
    try DatabaseQueue(path: place.directory.database).write { db in
      try db.execute(sql: "DELETE FROM grdb_migrations")
    }
    let error = try refusal(place.directory.database)
    #expect(!error.mayPass && error.description.contains("put a backup in its place"))
  }

  @Test(.enabled(if: geteuid() != 0, "root may write everywhere"))
  func `is in a directory that is not ours`() throws {
    let directory = try TemporaryDirectory()
    let mode = { (mode: Int) in
      try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: directory.path)
    }
    try mode(0o500)
    let error = try refusal(directory.database)
    try mode(0o700)
    #expect(!error.mayPass && error.description.contains("belong to the user"))
  }

  @Test func `has lost its name to another or to none, and works again when it has it back`()
    async throws
  {
    let place = try Place()
    let (path, files) = (place.directory.database, FileManager.default)
    _ = try await place.insert(2)
    try files.moveItem(atPath: path, toPath: path + ".away")
    for isReplaced in [false, true] {
      if isReplaced { try files.copyItem(atPath: path + ".away", toPath: path) }
      let error = await #expect(throws: StoreError.self) { try await place.insert(1) }
      #expect(error?.mayPass == true && error?.description.contains("moved, removed") == true)
      // It belongs to the file that is away, and would be played into the other one.
      #expect(URL(fileURLWithPath: path + "-wal").fileSize == 0)
    }
    try files.removeItem(atPath: path)
    try files.moveItem(atPath: path + ".away", toPath: path)
    _ = try await place.insert(3)
    #expect(try await place.store.read { try $0.totals() }.watched == ["prod": 3])
  }

  @Test func `is on a full disk, and works again when there is room`() async throws {
    let place = try Place()
    let store = place.store
    try await limitPages(store, to: "(SELECT 1)")
    let stored = await withTaskGroup(of: (Int, (any Error)?).self) { group in
      for number in 0..<300 {
        group.addTask {
          do {
            try await store.write { transaction in
              let job = try transaction.jobs.insert(
                .sample("job\(number)"), dueAt: .start, noticeAt: nil)
              let evidence = Evidence(httpStatus: 200, body: .init(repeating: 7, count: 3000))
              let change = Transition(from: .running, to: .lost, rawStatus: nil, at: .start)
              try transaction.history.record(change, evidence: evidence, of: job?.id ?? 0)
            }
            return (number, nil)
          } catch {
            return (number, error)
          }
        }
      }
      return await group.reduce(into: [:]) { $0[$1.0] = .some($1.1) }
    }
    let failed = stored.values.compactMap(\.self)
    #expect(failed.count > 0)
    let full = failed.allSatisfy { error in
      guard let error = error as? StoreError else { return false }
      return error.mayPass && error.description.contains("the disk is full")
    }
    #expect(full)
    let kept = Set(stored.filter { $0.value == nil }.map { "job\($0.key)" })
    #expect(try await ids(store) == kept)
    try await limitPages(store, to: "1000000")
    _ = try await store.write { try $0.jobs.insert(.sample("later"), dueAt: .start, noticeAt: nil) }
    #expect(try await ids(store) == kept.union(["later"]))
  }

  @Test func `does not call a file damaged that cannot be read now`() throws {
    let error = DatabaseError(resultCode: .SQLITE_CORRUPT, message: "database disk image is malformed")
    // Reading its first page is EIO.
    let unread = StoreError(confirming: error, path: "/proc/self/mem")
    #expect(unread.mayPass && unread.description.contains("Input/output error"))
    let damaged = StoreError(confirming: error, path: "/proc/self/stat")
    #expect(!damaged.mayPass && damaged.description.contains("is damaged"))
  }

  /// As a full disk does, a limit of pages ends the transaction that meets it.
  private func limitPages(_ store: Store, to limit: String) async throws {
    try await store.write { transaction in
      let pages = try Int.fetchOne(transaction.db, sql: "PRAGMA page_count") ?? 0
      let limit = Int(limit) ?? pages + 60
      try transaction.db.execute(sql: "PRAGMA max_page_count = \(limit)")
    }
  }

  private func ids(_ store: Store) async throws -> Set<String> {
    try await store.read { transaction in
      Set(try String.fetchAll(transaction.db, sql: "SELECT job_id FROM job"))
    }
  }
}
