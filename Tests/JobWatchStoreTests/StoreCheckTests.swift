import Foundation
import GRDB
import JobWatchCore
import TestSupport
import Testing

@testable import JobWatchStore

@Suite struct `A check of a database` {
  struct Damage: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var inflict: @Sendable (String) throws -> Void
  }

  static let damages = [
    Damage(testDescription: "none is there, but a log") {
      try FileManager.default.moveItem(atPath: $0, toPath: $0 + "-wal")
    },
    Damage(testDescription: "emptied") { try Data().write(to: URL(fileURLWithPath: $0)) },
    Damage(testDescription: "garbage") {
      try Data(repeating: 0x5a, count: 8192).write(to: URL(fileURLWithPath: $0))
    },
    Damage(testDescription: "a newer version's") {
      try change($0, "INSERT INTO grdb_migrations (identifier) VALUES ('999')")
    },
    Damage(testDescription: "another program's") { try change($0, "DROP TABLE grdb_migrations") },
    Damage(testDescription: "without its version") {
      try change($0, "DELETE FROM grdb_migrations")
    },
  ]

  private static func change(_ path: String, _ sql: String) throws {
    let queue = try DatabaseQueue(path: path)
    try queue.write { try $0.execute(sql: sql) }
    try queue.close()
  }

  private func content(of directory: String) throws -> [String: Data] {
    let names = try FileManager.default.contentsOfDirectory(atPath: directory)
    return Dictionary(
      uniqueKeysWithValues: try names.map {
        ($0, try Data(contentsOf: URL(fileURLWithPath: directory + "/" + $0)))
      })
  }

  @Test("finds what the opening finds, and changes nothing", arguments: damages)
  func faults(_ damage: Damage) throws {
    let place = try Place()
    let path = place.directory.database
    try place.store.close()
    try damage.inflict(path)
    let before = try content(of: place.directory.path)
    let seen = #expect(throws: StoreError.self) { try Store.check(at: path) }
    #expect(try content(of: place.directory.path) == before)
    let met = #expect(throws: StoreError.self) { _ = try Store(path: path) }
    #expect(seen?.description == met?.description)
    #expect(seen?.mayPass == met?.mayPass)
  }

  @Test func `finds nothing wrong with a sound one, an older one, and none`() throws {
    let (none, old, place) = (try TemporaryDirectory(), try OldDatabase(), try Place())
    for path in [none.database, old.path, place.directory.database] {
      let directory = (path as NSString).deletingLastPathComponent
      let names = try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
      try Store.check(at: path, unlessCheckedIn: "this boot")
      #expect(try FileManager.default.contentsOfDirectory(atPath: directory).sorted() == names)
    }
    try place.store.close()
    try Store.check(at: place.directory.database, unlessCheckedIn: "this boot")
    #expect(try FileManager.default.contentsOfDirectory(atPath: place.directory.path).count == 1)
  }

  @Test func `reads it from end to end where that was not done in this boot`() async throws {
    let place = try Place()
    let path = place.directory.database
    _ = try await place.insert(2000)
    try place.store.close()
    var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    let middle = bytes.count / 8192 * 4096
    bytes = bytes.prefix(middle) + Data(repeating: 0x5a, count: bytes.count - middle)
    try bytes.write(to: URL(fileURLWithPath: path))
    try Store.check(at: path)
    let error = #expect(throws: StoreError.self) {
      try Store.check(at: path, unlessCheckedIn: "this boot")
    }
    #expect(error?.mayPass == false && error?.description.contains("is damaged") == true)
  }
}
