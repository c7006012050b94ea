import Foundation
import Glibc
import JobWatchCore
import JobWatchStore
import TestSupport
import Testing

@testable import JobWatchDaemon
@testable import JobWatchFiles
@testable import JobWatchSpool

@Suite struct `What the intake is told of files` {
  private static func bytes(_ name: String) -> [UInt8] { Array(name.utf8) }

  /// Changes that inotify tells; the files that are whole by them; whether the spool has to be scanned.
  private static let changes: [([InotifyWatch.Change], whole: [String: AnnouncedFiles.Way], isDue: Bool)] = [
    ([.came(bytes("a"))], ["a": .renamed], true),
    ([.written(bytes("a"))], ["a": .closed], true),
    ([.came(bytes("a")), .written(bytes("a"))], ["a": .closed], true),
    ([.came(bytes(".a")), .written(bytes(".a")), .came(bytes("a.tmp"))], [:], false),
    ([.came(bytes("taken-7-9-a"))], [:], false),
    ([.written(bytes("taken-7-9-a"))], ["taken-7-9-a": .closed], true),
    ([.overflow], [:], true),
    ([], [:], false),
  ]

  @Test(arguments: changes)
  func `makes it look for what may be whole`(
    _ changes: [InotifyWatch.Change], _ whole: [String: AnnouncedFiles.Way], _ isDue: Bool
  ) {
    let announced = AnnouncedFiles()
    #expect(announced.note(changes) == isDue)
    let taken = announced.take().map { ($0.key.text, $0.value) }
    #expect(Dictionary(uniqueKeysWithValues: taken) == whole)
    #expect(announced.take().isEmpty)
  }

  private func identity() -> SpoolDirectory.Identity {
    var status = stat()
    #expect(stat("/proc/self/exe", &status) == 0)
    return SpoolDirectory.Identity(status)
  }

  @Test func `counts the time of an open file, and is to be logged once in that`() {
    var files = WaitingFiles(early: [])
    let (name, identity) = (SpoolDirectory.Name(bytes: Self.bytes("jobs")), identity())
    #expect(files.nextWarning() == nil)
    for (second, isOverlong, warning) in [
      (0, false, Duration?.some(.seconds(60))), (59, false, .seconds(60)), (60, true, nil),
      (61, false, nil),
    ] {
      let isFound = files.isOverlong(name, identity, at: .seconds(second))
      #expect(isFound == isOverlong)
      #expect(files.nextWarning() == warning)
      #expect(files.overlong == (second < 60 ? [] : ["jobs"]))
      files.endScan()
    }
    // Closed, which a scan finds by not meeting it as open, and then opened again.
    files.endScan()
    #expect(files.overlong.isEmpty && files.nextWarning() == nil)
    let isFound = files.isOverlong(name, identity, at: .seconds(70))
    #expect(!isFound)
    #expect(files.nextWarning() == .seconds(130))
  }

  @Test(arguments: [
    (#"{"command":"pause","account":"prod","reason":"a move"}"#, ["account.paused"]),
    (#"{"command":"resume","account":"prod"}"#, []),
  ])
  func `carries out a command once, however often its file comes back`(
    _ command: String, _ told: [String]
  ) async throws {
    try await withSpool(detector: WriterDetector(unavailable: "a test")) { spool in
      try Data(command.utf8).write(to: URL(filePath: spool.root + "/written"))
      #expect(rename(spool.root + "/written", spool.incoming + "/order") == 0)
      // It stays for a rest, and is met by every scan meanwhile.
      try await spool.announcedTurn()
      for second in [10, 20, 70] { try await spool.turn(at: second) }
      let events = try await spool.store.read { try $0.events.all(after: 0, limit: 99) }
      #expect(events.map(\.kind) == told)
      #expect(events.allSatisfy { $0.data.contains("by hand by") })
      let open = try await spool.store.read { try $0.conditions.open() }.map(\.kind)
      #expect(open == (told.isEmpty ? [] : [.pausedByHand]))
      #expect(try spool.left().isEmpty)
    }
  }
}
