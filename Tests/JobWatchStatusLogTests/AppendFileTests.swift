import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import JobWatchFiles
@testable import JobWatchStatusLog

@Suite struct `A file of lines` {
  /// What fails when a line of 8 bytes is appended, and what is done to the file then. It holds 4 bytes before.
  static let failures: [(name: String, operations: @Sendable (Told) -> AppendFile.Operations, done: [String])] = [
    (
      "the disk is full in the midst of a line", { .noting($0, fullAfter: 3) },
      ["write", "write", "truncate 4", "flush"]
    ), ("the disk is full from the first byte on", { .noting($0, fullAfter: 0) }, ["write", "truncate 4", "flush"]),
    ("the first flush fails", { .noting($0, failingFlushes: 1) }, ["write", "flush", "truncate 4", "flush"]),
  ]

  @Test("flushes the cut of what could not be appended", arguments: failures.indices)
  func failure(_ index: Int) throws {
    let (name, operations, done) = Self.failures[index]
    let (fixture, told) = (try LogFixture(), Told())
    try fixture.append("old\n")
    let file = try AppendFile(path: fixture.log, operations: operations(told))
    var failure: FileFailure?
    do throws(FileFailure) { try file.append(Array("new new\n".utf8)) } catch { failure = error }
    #expect(failure != nil, "\(name)")
    #expect(told.all == done, "\(name)")
    #expect(try String(contentsOfFile: fixture.log, encoding: .utf8) == "old\n", "\(name)")
  }

  @Test("cuts back first what could not be cut back before", arguments: [false, true])
  func cutTwice(_ wasEmptied: Bool) throws {
    let (fixture, told) = (try LogFixture(), Told())
    try fixture.append("old\n")
    let file = try AppendFile(path: fixture.log, operations: .noting(told, failingFlushes: 1, failingCuts: 2))
    #expect(throws: FileFailure.self) { try file.append(Array("one\n".utf8)) }
    #expect(throws: FileFailure.self) { try file.append(Array("one\n".utf8)) }
    #expect(try String(contentsOfFile: fixture.log, encoding: .utf8) == "old\none\n")
    if wasEmptied { truncate(fixture.log, 0) }
    try file.append(Array("one\n".utf8))
    #expect(try String(contentsOfFile: fixture.log, encoding: .utf8) == (wasEmptied ? "one\n" : "old\none\n"))
    let cuts = ["truncate 4", "truncate 4"] + (wasEmptied ? [] : ["truncate 4", "flush"])
    #expect(told.all == ["write", "flush"] + cuts + ["write", "flush"])
  }

  @Test func `flushes the cut of a torn line before a new one is written`() async throws {
    try await withStore { store in
      let (place, told) = (try LogPlace(store), Told())
      try await place.tell(2)
      try await place.run()
      let whole = try place.content
      try place.put(whole + Data(#"{"v":1,"seq":3,"ti"#.utf8))
      try await place.tell(1)
      try await place.run(.noting(told))
      #expect(told.all == ["truncate \(whole.count)", "flush", "write", "flush"])
      #expect(try place.numbers == [1, 2, 3])
    }
  }
}

extension AppendFile.Operations {
  /// Those of the system, noted in `told`.
  /// - Parameters:
  ///   - room: bytes that the disk has room for; nil: enough.
  ///   - failingFlushes, failingCuts: so many fail before one succeeds.
  static func noting(
    _ told: Told, fullAfter room: Int? = nil, failingFlushes: Int = 0, failingCuts: Int = 0
  ) -> Self {
    var operations = Self()
    let system = operations
    operations.write = { file, bytes in
      let isFirst = !told.all.contains("write")
      told("write")
      let room = room.map { isFirst ? $0 : 0 } ?? bytes.count
      guard room > 0 else {
        throw Errno.noSpace
      }
      return try system.write(file, UnsafeRawBufferPointer(rebasing: bytes.prefix(room)))
    }
    operations.truncate = { file, length in
      told("truncate \(length)")
      guard told.all.count(where: { $0.hasPrefix("truncate") }) > failingCuts else { throw Errno.ioError }
      try system.truncate(file, length)
    }
    operations.flush = { file in
      told("flush")
      guard told.all.count(where: { $0 == "flush" }) > failingFlushes else {
        throw Errno.ioError
      }
      try system.flush(file)
    }
    return operations
  }
}
