import Foundation
import GRDB
import JobWatchCore
import TestSupport
import Testing

@testable import JobWatchStore

@Suite struct `A backup` {
  private func events(in path: String) throws -> [Int64] {
    try StoreReader(path: path).read { try $0.events.all(after: 0, limit: .max).map(\.seq) }
  }

  private func names(_ place: Place) throws -> Set<String> {
    Set(try FileManager.default.contentsOfDirectory(atPath: place.directory.path))
  }

  @Test func `holds one moment of a database that is written all the time`() async throws {
    let place = try Place()
    let reader = StoreReader(path: place.directory.database)
    var last: Int64 = 0
    for number in 0..<8 {
      let target = "\(place.directory.path)/copy\(number)"
      async let burst: Void = write(place.store)
      let copy = try reader.copy(to: target, replacing: false)
      try await burst
      #expect(try events(in: target) == (0..<copy.lastSeq).map { $0 + 1 })
      #expect(copy.lastSeq == Int64(copy.jobs * 3) && copy.watched == copy.jobs)
      #expect(copy.lastSeq >= last)
      last = copy.lastSeq
    }
    #expect(last > 0)
  }

  /// Some jobs, each with its events in one commit.
  private func write(_ store: Store) async throws {
    for _ in 0..<30 {
      try await store.write { transaction in
        let id = try transaction.jobs.insert(
          .sample(UUID().uuidString), dueAt: .start, noticeAt: nil)?
          .id
        for _ in 0..<3 { try transaction.append(.sample(), of: id, to: ["hook"]) }
      }
    }
  }

  @Test("is one file that only its owner may read", arguments: [true, false])
  func file(isRunning: Bool) async throws {
    let place = try Place()
    _ = try await place.insert(3)
    if !isRunning { try place.store.close() }
    let target = place.directory.path + "/copy"
    let before = try names(place)
    let copy = try StoreReader(path: place.directory.database).copy(to: target, replacing: false)
    #expect(try names(place) == before.union(["copy"]))
    let attributes = try FileManager.default.attributesOfItem(atPath: target)
    #expect(attributes[.posixPermissions] as? Int == 0o600)
    #expect(attributes[.size] as? Int == copy.bytes)
    let bytes = try Data(contentsOf: URL(fileURLWithPath: target))
    #expect(Array(bytes[18...19]) == [1, 1], "it needs no write-ahead log")
    #expect(copy.jobs == 3)
    // And the daemon can go on with it.
    let restored = try Store(path: target)
    #expect(try await restored.read { try $0.totals() }.watched == ["prod": 3])
    try restored.close()
  }

  @Test func `replaces a file only when told to, and never the database`() throws {
    let place = try Place()
    let reader = StoreReader(path: place.directory.database)
    let target = place.directory.path + "/copy"
    let old = Data("old".utf8)
    try old.write(to: URL(fileURLWithPath: target))
    let refusal = #expect(throws: StoreError.self) {
      try reader.copy(to: target, replacing: false)
    }
    #expect(refusal?.mayPass == false && refusal?.description.contains("--force") == true)
    #expect(try Data(contentsOf: URL(fileURLWithPath: target)) == old)
    _ = try reader.copy(to: target, replacing: true)
    #expect(try events(in: target).isEmpty)
    let alias = place.directory.path + "/alias"
    try FileManager.default.createSymbolicLink(atPath: alias, withDestinationPath: place.directory.database)
    for own in [place.directory.database, place.directory.database + "-wal", alias] {
      let refusal = #expect(throws: StoreError.self) { try reader.copy(to: own, replacing: true) }
      #expect(refusal?.description.contains("is the database itself") == true)
    }
  }

  @Test(
    "that has no place says so and leaves nothing",
    arguments: [
      ("/none/copy", "create its directory"), ("/jobwatch.db/copy", "create its directory"),
      ("", "name a file in it"),
    ])
  func noPlace(_ name: String, _ cure: String) throws {
    let place = try Place()
    let before = try names(place)
    let target = place.directory.path + name
    let error = #expect(throws: StoreError.self) {
      try StoreReader(path: place.directory.database).copy(to: target, replacing: true)
    }
    #expect(error?.mayPass == false)
    #expect(error?.description.contains(target) == true && error?.description.contains(cure) == true)
    #expect(try names(place) == before)
  }

  @Test func `replaces nothing that is no file`() throws {
    let place = try Place()
    let error = #expect(throws: StoreError.self) {
      try StoreReader(path: place.directory.database).copy(to: "/dev/null", replacing: true)
    }
    #expect(error?.mayPass == false && error?.description.contains("no regular file") == true)
  }

  @Test func `is not begun without room for it`() throws {
    let directory = try TemporaryDirectory()
    let file = try StagedFile(for: directory.path + "/copy", at: directory.path + "/copy.tmp")
    try file.requireRoom(for: 0)
    let error = #expect(throws: StoreError.self) { try file.requireRoom(for: 1 << 60) }
    #expect(error?.mayPass == true && error?.description.contains("free space") == true)
  }

  @Test func `gets its name without a link too, and takes nobody's`() throws {
    let directory = try TemporaryDirectory()
    let target = URL(fileURLWithPath: directory.path + "/copy")
    for text in ["first", "second"] {
      let file = try StagedFile(for: target.path, at: target.path + ".tmp")
      try Data(text.utf8).write(to: URL(fileURLWithPath: file.path))
      if text == "first" {
        try file.putWithoutLink()
      } else {
        let error = #expect(throws: StoreError.self) { try file.putWithoutLink() }
        #expect(error?.description.contains("--force") == true)
      }
      file.discard()
      #expect(try Data(contentsOf: target) == Data("first".utf8))
    }
  }

  @Test func `of a damaged database is none`() async throws {
    let place = try Place()
    _ = try await place.insert(1500)
    try place.store.close()
    try Damage.middleOfPage.inflict(on: place.directory.database)
    let target = place.directory.path + "/copy"
    let error = #expect(throws: StoreError.self) {
      try StoreReader(path: place.directory.database).copy(to: target, replacing: false)
    }
    #expect(error?.mayPass == false)
    #expect(error?.description.contains("\(place.directory.database) is damaged") == true)
    #expect(try names(place) == ["jobwatch.db"])
  }
}
