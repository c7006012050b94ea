import Foundation
import GRDB
import TestSupport
import Testing

@testable import JobWatchStore

@Suite struct `A write-ahead log at the end of a connection` {
  /// No open of `-shm` works while the connection is used, because it is a link. When the connection closes, it is a
  /// directory, which opens for reading alone, as the second of two opens may where descriptors run out.
  @Test func `stays where a connection could not read it and closes as the last one`() throws {
    let directory = try TemporaryDirectory()
    let (path, log, index) = (directory.database, directory.database + "-wal", directory.database + "-shm")
    let source = try DatabasePool(path: path)
    try source.write { try $0.execute(sql: "CREATE TABLE t (x); INSERT INTO t VALUES (1)") }
    let (main, kept) = (try Data(contentsOf: URL(filePath: path)), try Data(contentsOf: URL(filePath: log)))
    try source.close()
    // As a crash leaves them.
    try main.write(to: URL(filePath: path))
    try kept.write(to: URL(filePath: log))
    try FileManager.default.createSymbolicLink(atPath: index, withDestinationPath: path)
    var configuration = Configuration.labelled("test")
    configuration.prepareDatabase { db in
      try db.keepWriteAheadLog(true)
      defer {
        unlink(index)
        mkdir(index, 0o700)
      }
      try db.execute(sql: "SELECT * FROM t")
    }
    #expect(throws: DatabaseError.self) { try DatabaseQueue(path: path, configuration: configuration) }
    #expect(try Data(contentsOf: URL(filePath: log)) == kept)
    rmdir(index)
    let next = try DatabaseQueue(path: path)
    #expect(try next.read { try Int.fetchOne($0, sql: "SELECT x FROM t") } == 1)
    try next.close()
  }
}
