import Foundation
import Glibc
import JobWatchCore
import JobWatchStore
import TestSupport
import Testing

@testable import JobWatchStatusLog

/// The database is of a backup with three events, whose cursor is behind the third line. The log has gone on to the sixth.
@Suite struct `Where a status log is written on after a backup was put back` {
  struct State: Sendable, CustomTestStringConvertible {
    var testDescription: String
    /// The lines of the file; nil: there is none.
    var file: [Int]?
    /// The lines of the file that the log was rotated to, which the cursor names then.
    var rotated: [Int]?
    /// The cursor names a file that is gone: it was rotated once more, and compressed.
    var isCursorLost = false
    /// What follows the lines of the file.
    var rest = ""
    var told = ["daemon.restored"]
    /// The lines that stay, before those of the events that are told.
    var kept = Array(1...6)
  }

  static let states = [
    State(testDescription: "the lines are in the file", file: Array(1...6)),
    State(testDescription: "a torn line follows", file: Array(1...6), rest: #"{"v":1,"seq":7,"ti"#),
    State(
      testDescription: "another program's line follows", file: Array(1...6), rest: "marker\n",
      told: ["daemon.restored", "daemon.repaired"]),
    State(testDescription: "the log was rotated, no new file", rotated: Array(1...6)),
    State(testDescription: "the log was rotated, an empty file", file: [], rotated: Array(1...6)),
    State(
      testDescription: "the log was rotated twice, an empty file", file: [], rotated: Array(1...6), isCursorLost: true),
    State(testDescription: "the log was rotated twice, no new file", rotated: Array(1...6), isCursorLost: true),
    State(testDescription: "the log was rotated since", file: [5, 6], rotated: Array(1...4)),
    State(testDescription: "the new file has one line", file: [6], rotated: Array(1...5)),
    State(testDescription: "the file was emptied", file: [], told: [], kept: []),
    State(
      testDescription: "no line leads to the last one", file: [1, 2, 3, 6], told: ["daemon.repaired"], kept: [1, 2, 3]),
  ]

  @Test("is behind the last of its lines, wherever that is", arguments: states)
  func state(_ state: State) async throws {
    let lines = try await Self.lines()
    try await withStore { store in
      try await Self.tell(3, store)
      let place = try LogPlace(store)
      let text = { (numbers: [Int]) in Data(numbers.flatMap { lines[$0 - 1] }) }
      if let rotated = state.rotated { try text(rotated).write(to: URL(filePath: place.path + ".1")) }
      if let file = state.file { try place.put(text(file) + Data(state.rest.utf8)) }
      let path = place.path
      let inode = state.isCursorLost ? 1 : try Self.inode(path + (state.rotated == nil ? "" : ".1"))
      try await store.write { try $0.setLogCursor(path, seq: 3, inode: inode) }
      try await place.run()

      let told = try await store.read { try $0.events.all(after: 3, limit: 9) }
      #expect(told.map(\.kind) == state.told)
      #expect(try place.numbers == state.kept.map(Int64.init) + told.map(\.seq))
      #expect(told.map(\.seq) == told.indices.map { Int64($0 + 1 + (state.kept.last ?? 3)) })
    }
  }

  private static func tell(_ count: Int, _ store: Store) async throws {
    try await store.write { transaction in
      for _ in 0..<count {
        let time = Timestamp(milliseconds: 1_790_000_000_000)
        let event = EventDraft(.daemonStarted, at: time, EventData(summary: "x"))
        try transaction.append(event, of: nil, to: [])
      }
    }
  }

  /// The lines of six events, the first three of which are in the backup.
  private static func lines() async throws -> [[UInt8]] {
    let directory = try TemporaryDirectory()
    let store = try Store(path: directory.database)
    try await tell(6, store)
    let events = try await store.read { try $0.events.all(after: 0, limit: 6) }
    try store.close()
    return events.map(StatusLog.line)
  }

  private static func inode(_ path: String) throws -> UInt64 {
    var status = stat()
    try #require(stat(path, &status) == 0)
    return UInt64(status.st_ino)
  }
}
