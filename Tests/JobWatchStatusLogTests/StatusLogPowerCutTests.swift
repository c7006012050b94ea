import Foundation
import JobWatchCore
import JobWatchStore
import TestSupport
import Testing

@testable import JobWatchStatusLog

@Suite struct `A status log after a power cut` {
  /// Twenty lines, of which the first five are known to be on the disk when the power is cut.
  @Test(
    "ends before the lines that a power cut took, and is written on from there",
    arguments: LogHarm.powerCuts)
  func powerCut(_ harm: LogHarm) async throws {
    try await withStore { store in
      let place = try LogPlace(store)
      try await place.tell(20)
      try await place.run()
      let (path, before) = (place.path, try place.content)
      try await store.write { transaction in
        guard let cursor = try transaction.logCursor(path) else { return }
        try transaction.setLogCursor(path, seq: 5, inode: cursor.inode)
      }
      try place.put(harm.file(before))
      try await place.run()
      let asides = try place.asides
      #expect(asides.first?.content == harm.aside?(before))
      let last = try await store.read { try $0.events.lastSeq() }
      #expect(try place.numbers == (1...last).filter { !harm.missing.contains($0) })
      let told = try await store.read { try $0.events.all(after: 20, limit: 9) }
      #expect(told.map(\.kind) == (harm.aside == nil ? [] : ["daemon.repaired"]))
      try await place.run()
      #expect(try place.asides.count == asides.count)
    }
  }

  @Test(
    "is read without the lines whose midst is damaged",
    arguments: [Data(count: 9), Data("x\"y".utf8)])
  func midst(_ damage: Data) async throws {
    try await withStore { store in
      let place = try LogPlace(store)
      try await place.tell(3)
      try await place.run()
      let content = try place.content
      let line = content.lines(1..<2)
      let harmed = line.dropLast(9 + damage.count) + damage + line.suffix(9)
      try place.put(content.lines(..<1) + harmed + content.lines(2...))
      #expect(try place.numbers == [1, 3])
      #expect(try StatusLogReader(path: place.path) { _ in }.last(2).map(\.seq) == [1, 3])
    }
  }
}
