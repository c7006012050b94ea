import Foundation
import Glibc
import JobWatchCore
import JobWatchStore
import Testing
import TestSupport

@testable import JobWatchStatusLog

/// Each state of the file's end with each state of the cursor. The database has five events, of which three were written.
@Suite struct `Where a status log is written on` {
  enum End: CaseIterable, Sendable {
    /// With its last line whole, without its newline, with half a line behind it, with another program's line behind it.
    case whole, unended, torn, marked
    /// Nothing of it is the log's own.
    case foreign
    case empty, missing
  }

  enum Cursor: CaseIterable, Sendable {
    case none
    /// Names this file, with the last line, and with the first.
    case here, behind
    /// Names the file that the log was rotated to, with the first two lines.
    case rotated
    /// Names a file that is not there any more, with the third line.
    case gone
  }

  struct State: Sendable, CustomTestStringConvertible {
    var end: End
    var cursor: Cursor
    var testDescription: String { "\(end), cursor \(cursor)" }

    /// The number of the first line that is written.
    var first: Int {
      switch (end, cursor) {
      case (.whole, _), (.unended, _), (.torn, _), (.marked, _): 4
      // All is written again, from behind what the rotated file has.
      case (.foreign, .rotated): 3
      case (.foreign, _): 1
      // What was written before is elsewhere.
      case (_, .none): 1
      case (_, .here), (_, .gone): 4
      case (_, .behind): 2
      case (_, .rotated): 3
      }
    }

    /// Of the lines that were in the file, those that stay.
    var kept: ClosedRange<Int>? {
      switch end {
      case .whole, .unended, .torn, .marked: cursor == .rotated ? 3...3 : 1...3
      case .foreign, .empty, .missing: nil
      }
    }

    var isRepaired: Bool { end == .foreign || end == .marked }
  }

  static let states = End.allCases.flatMap { end in
    Cursor.allCases.map { State(end: end, cursor: $0) }
  }.filter { !($0.end == .missing && [.here, .behind].contains($0.cursor)) }

  @Test("is decided by the end of the file and by the cursor", arguments: states)
  func state(_ state: State) async throws {
    try await withStore { store in
      let place = try LogPlace(store)
      try await place.tell(5)
      let lines = try await store.read { try $0.events.all(after: 0, limit: 5) }.map {
        Data(StatusLog.line($0))
      }
      try put(state, lines, at: place)
      try await setCursor(state.cursor, of: place, in: store)
      try await place.run()

      let told = try await store.read { try $0.events.all(after: 5, limit: 9) }
      #expect(told.map(\.kind) == (state.isRepaired ? ["daemon.repaired"] : []))
      let all = lines + told.map { Data(StatusLog.line($0)) }
      let kept = state.kept.map { all[($0.lowerBound - 1)...($0.upperBound - 1)] } ?? []
      #expect(try place.content == Data((kept + all[(state.first - 1)...]).joined()))
      #expect(try place.asides.count == (state.isRepaired ? 1 : 0))
      let (path, inode) = (place.path, try Self.inode(place.path))
      let cursor = try await store.read { try $0.logCursor(path) }
      #expect(cursor?.seq == Int64(all.count) && cursor?.inode == inode)
    }
  }

  private func put(_ state: State, _ lines: [Data], at place: LogPlace) throws {
    if state.cursor == .rotated { try Data(lines[..<2].joined()).write(to: URL(filePath: place.path + ".1")) }
    let own = Data((state.cursor == .rotated ? lines[2..<3] : lines[..<3]).joined())
    switch state.end {
    case .whole: try place.put(own)
    case .unended: try place.put(own.dropLast())
    case .torn: try place.put(own + lines[3].prefix(40))
    case .marked: try place.put(own + Data("marker\n".utf8))
    case .foreign: try place.put(Data("hello\n".utf8))
    case .empty: try place.put(Data())
    case .missing: break
    }
  }

  private func setCursor(_ cursor: Cursor, of place: LogPlace, in store: Store) async throws {
    let path = place.path
    let value: (seq: Int64, inode: UInt64)? =
      switch cursor {
      case .none: nil
      case .here: (3, try Self.inode(path))
      case .behind: (1, try Self.inode(path))
      case .rotated: (2, try Self.inode(path + ".1"))
      case .gone: (3, 1)
      }
    if let value {
      try await store.write { try $0.setLogCursor(path, seq: value.seq, inode: value.inode) }
    }
  }

  private static func inode(_ path: String) throws -> UInt64 {
    var status = stat()
    try #require(stat(path, &status) == 0)
    return UInt64(status.st_ino)
  }
}
