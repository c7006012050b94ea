import Foundation
import GRDB
import JobWatchCore
import Testing

@testable import JobWatchStore

@Suite struct `The write-ahead log` {
  /// As a program does that replicates a database: it holds a read transaction, so that the log does not begin anew,
  /// and copies the frames as they come.
  private final class Replicator {
    let source: String
    let target: String
    private let queue: DatabaseQueue

    init(_ place: Place) throws {
      source = place.directory.database
      target = place.directory.path + "/replica.db"
      var configuration = Configuration()
      configuration.allowsUnsafeTransactions = true
      queue = try DatabaseQueue(path: source, configuration: configuration)
      try hold()
    }

    func hold() throws {
      try queue.inDatabase { db in
        try db.beginTransaction(.deferred)
        _ = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_schema")
      }
    }

    func release() throws { try queue.inDatabase { try $0.rollback() } }

    func close() throws { try queue.close() }

    /// By another process: to close a file gives up this process's locks on it.
    func copy(_ suffix: String) throws {
      let process = try Process.run(URL(fileURLWithPath: "/bin/cp"), arguments: [source + suffix, target + suffix])
      process.waitUntilExit()
      try #require(process.terminationStatus == 0)
    }

    func log() throws -> Data {
      try copy("-wal")
      return try Data(contentsOf: URL(fileURLWithPath: target + "-wal"))
    }
  }

  /// Ten jobs with 100 kB each, and their events; returns the number of the last.
  private func write(_ store: Store) async throws -> Int64 {
    try await store.write { transaction in
      var seq: Int64 = 0
      for _ in 0..<10 {
        let id = try transaction.jobs.insert(
          .sample(UUID().uuidString), dueAt: .start, noticeAt: nil)?
          .id
        let change = Transition(from: .running, to: .failed, rawStatus: nil, at: .start)
        let evidence = Evidence(httpStatus: 200, body: .init(repeating: 7, count: 100_000))
        try transaction.history.record(change, evidence: evidence, of: id ?? 0)
        seq = try transaction.append(.sample(), of: id, to: ["hook"])
      }
      return seq
    }
  }

  private func size(_ place: Place, _ suffix: String = "-wal") throws -> Int {
    let path = place.directory.database + suffix
    return try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
  }

  /// What names this turn of the log, in its header.
  private func turn(_ log: Data) -> Data { Data(log[16..<24]) }

  private func expect(_ path: String, holds seq: Int64) throws {
    try DatabaseQueue(path: path).write { db throws in
      #expect(try String.fetchAll(db, sql: "PRAGMA integrity_check") == ["ok"])
      #expect(try Transaction(db).events.lastSeq() == seq)
      #expect(try Transaction(db).events.all(after: 0, limit: .max).map(\.seq) == Array(1...seq))
    }
  }

  @Test func `can be followed by who holds a read transaction, and misses nothing`() async throws {
    let place = try Place()
    _ = try await write(place.store)
    let replicator = try Replicator(place)
    try replicator.copy("")
    var (log, seq) = (Data(), Int64(0))
    while log.count < 2 * WriteAheadLog.pages * 4096 {
      for _ in 0..<5 { seq = try await write(place.store) }
      let next = try replicator.log()
      #expect(next.starts(with: log), "a frame that was copied does not change")
      log = next
    }
    try expect(replicator.target, holds: seq)
    try replicator.release()
    try replicator.close()
  }

  @Test func `stays for who has the database open when jobwatch stops`() async throws {
    let place = try Place()
    _ = try await write(place.store)
    let replicator = try Replicator(place)
    let before = try replicator.log()
    let seq = try await write(place.store)
    try place.store.close()
    let after = try replicator.log()
    #expect(after.count > before.count && after.starts(with: before))
    let next = try Store(path: place.directory.database)
    #expect(try await write(next) == seq + 10)
    #expect(try replicator.log().starts(with: after))
    try replicator.release()
    try next.close()
    try replicator.close()
  }

  @Test func `begins anew once nobody reads, and is cut back to its limit`() async throws {
    let place = try Place()
    let replicator = try Replicator(place)
    while try size(place) < WriteAheadLog.sizeLimit + (8 << 20) { _ = try await write(place.store) }
    let old = turn(try replicator.log())
    try replicator.release()
    // The first moves all that is left, the second begins anew.
    for _ in 0..<2 { _ = try await write(place.store) }
    #expect(try size(place) <= WriteAheadLog.sizeLimit)
    #expect(turn(try replicator.log()) != old)
    try replicator.close()
  }

  @Test func `does not grow beyond that while readers come and go`() async throws {
    let place = try Place()
    var written = 0
    while written < 2 * WriteAheadLog.sizeLimit {
      async let read = place.read { try $0.events.all(after: 0, limit: 1000).count }
      _ = try await (write(place.store), read)
      written += 1_000_000
      try #require(try size(place) <= WriteAheadLog.sizeLimit)
    }
  }

  @Test func `lets the file shrink on the disk after a pruning, beside a reader`() async throws {
    let place = try Place()
    for _ in 0..<8 { _ = try await write(place.store) }
    try place.checkpoint()
    let full = try size(place, "")
    let replicator = try Replicator(place)
    try await place.write { transaction in
      try transaction.db.run("UPDATE job SET state = 'failed', ended_at = 1, due_at = NULL", [])
      try transaction.db.run("UPDATE message SET state = 'delivered', settled_at = 1", [])
      try transaction.setLogCursor("/l", seq: .max, inode: 1)
    }
    let horizon = Timestamp.start + .days(1)
    _ = try await place.write { try $0.prune(before: horizon, limit: 100) }
    while try await place.store.shrink() > 0 {}
    #expect(try size(place, "") == full, "what a reader may need stays")
    try replicator.release()
    try place.checkpoint()
    #expect(try size(place, "") < full / 10)
    try replicator.close()
  }
}
