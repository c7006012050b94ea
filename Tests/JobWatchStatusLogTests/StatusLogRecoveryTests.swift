import Foundation
import JobWatchCore
import JobWatchStore
import Logging
import TestSupport
import Testing

@testable import JobWatchFiles
@testable import JobWatchStatusLog

/// What stands at the end of the log and is not its own keeps no daemon from starting, costs no line, and is kept.
@Suite struct `A status log in whatever state` {
  @Test(
    "is gone on with, and what is not its own is kept",
    arguments: LogHarm.additions + LogHarm.damages + LogHarm.harmless)
  func harmed(_ harm: LogHarm) async throws {
    try await withStore { store in
      let place = try LogPlace(store)
      try await place.tell(10)
      try await place.run()
      let before = try place.content
      try place.put(harm.file(before))
      try await place.tell(2)
      try await place.run()
      let asides = try place.asides
      #expect(asides.count == (harm.aside == nil ? 0 : 1))
      if let aside = harm.aside { #expect(asides.first?.content == aside(before)) }
      let last = try await store.read { try $0.events.lastSeq() }
      #expect(last == (harm.aside == nil ? 12 : 13), "nothing lifted the counter")
      #expect(try place.numbers == (1...last).filter { !harm.missing.contains($0) })
      let told = try await store.read { try $0.events.all(after: 10, limit: 9) }
        .filter { $0.kind == EventKind.daemonRepaired.rawValue }
      #expect(told.count == asides.count)
      #expect(try told.first.map { try EventData(json: $0.data).file } == asides.first?.path)
      // The next start finds nothing to do.
      try await place.run()
      #expect(try place.asides.count == asides.count)
      #expect(try await store.read { try $0.events.lastSeq() } == last)
    }
  }

  @Test(
    "ahead of a restored database lifts the counter, whatever follows", arguments: LogHarm.additions
  )
  func ahead(_ harm: LogHarm) async throws {
    guard !["a line of another jobwatch"].contains(harm.testDescription) else { return }
    let place = try LogPlace(nil)
    try await withStore { store in
      place.store = store
      try await place.tell(10)
      try await place.run()
      try place.put(harm.file(try place.content))
    }
    try await withStore { store in
      place.store = store
      try await place.tell(3)
      try await place.run()
      let events = try await store.read { try $0.events.all(after: 3, limit: 9) }
      #expect(events.map(\.kind) == ["daemon.restored", "daemon.repaired"])
      #expect(events.map(\.seq) == [11, 12])
      #expect(try place.numbers == Array(1...12))
    }
  }

  @Test func `stays where it is when it cannot be set aside`() async throws {
    try await withStore { store in
      // So long that there is no name left for what is set aside.
      let place = try LogPlace(store, name: String(repeating: "l", count: 245))
      try await place.tell(3)
      try await place.run()
      try place.put(try place.content + Data("marker".utf8))
      try await place.tell(1)
      try await place.run()
      #expect(try place.numbers == [1, 2, 3, 4, 5])
      #expect(String(decoding: try place.content, as: UTF8.self).contains("\nmarker\n"))
      let event = try await store.read { try $0.events.find(5) }
      #expect(event?.kind == "daemon.repaired")
      #expect(event?.data.contains("File name too long") == true)
    }
  }

  @Test(
    "is not read on from a rotated file's damage", arguments: ["marker\n", "mark", "\n", "\0\0"])
  func rotated(_ damage: String) async throws {
    try await withStore { store in
      let place = try LogPlace(store)
      try await place.tell(5)
      try await place.run()
      try place.put(try place.content + Data(damage.utf8))
      let old = try place.content
      try FileManager.default.moveItem(atPath: place.path, toPath: place.path + ".1")
      try await place.tell(2)
      try await place.run()
      #expect(try place.numbers == Array(1...7))
      #expect(try Data(contentsOf: URL(filePath: place.path + ".1")) == old, "it is only read")
      #expect(try place.content.count { $0 == 10 } == 2)
    }
  }

  /// A crash tore the line, and the log was rotated before the next start: no later one looks there.
  @Test("has no torn line in the file that it was rotated to", arguments: ["", "somebody's\n"])
  func torn(_ foreign: String) async throws {
    try await withStore { store in
      let place = try LogPlace(store)
      try await place.tell(5)
      try await place.run()
      let whole = try place.content + Data(foreign.utf8)
      try place.put(whole + Data(#"{"v":1,"seq":6,"time":"2026-11-03T02:0"#.utf8))
      try FileManager.default.moveItem(atPath: place.path, toPath: place.path + ".1")
      try await place.tell(2)
      try await place.run()
      #expect(try place.numbers == Array(1...7))
      #expect(try Data(contentsOf: URL(filePath: place.path + ".1")) == whole)
    }
  }

  /// The power goes behind the first line of a new file, which is rotated before the next start. That finds the line
  /// only where the cursor named the file before.
  @Test func `has no line twice after two rotations and a crash between them`() async throws {
    try await withStore { store, database in
      let place = try LogPlace(store)
      let (rotated, left) = (place.path + ".1", try TemporaryDirectory())
      let wreck = left.database
      var operations = AppendFile.Operations()
      operations.write = { file, bytes in
        if FileManager.default.fileExists(atPath: rotated) {
          for suffix in ["", "-wal"] {
            try FileManager.default.copyItem(atPath: database + suffix, toPath: wreck + suffix)
          }
        }
        return try file.write(bytes)
      }
      try await place.tell(3)
      try await place.run(operations) {
        try FileManager.default.moveItem(atPath: place.path, toPath: rotated)
        try await place.tell(1)
      }
      try FileManager.default.moveItem(atPath: place.path, toPath: place.path + ".2")
      let next = try Store(path: wreck)
      place.store = next
      try await place.tell(1)
      try await place.run()
      let files = [rotated, place.path + ".2", place.path]
      let counts = try files.map { try Data(contentsOf: URL(filePath: $0)).count { $0 == UInt8(ascii: "\n") } }
      #expect(counts == [3, 1, 1])
      try next.close()
    }
  }

  @Test func `that was moved away is written anew, though the daemon ended right after that`()
    async throws
  {
    try await withStore { store in
      let place = try LogPlace(store)
      try await place.tell(5)
      try await place.run()
      try FileManager.default.moveItem(atPath: place.path, toPath: place.path + ".damaged-20261129T074500Z")
      try Data("nothing of ours".utf8)
        .write(to: URL(filePath: place.path + ".damaged-20261129T074500Z"))
      try await place.run()
      #expect(try place.numbers == Array(1...5))
    }
  }

  @Test func `replaced by an older copy of itself is completed`() async throws {
    try await withStore { store in
      let place = try LogPlace(store)
      try await place.tell(5)
      try await place.run()
      let copy = try place.content
      try await place.tell(5)
      try await place.run()
      try FileManager.default.removeItem(atPath: place.path)
      try place.put(copy)
      try await place.run()
      #expect(try place.numbers == Array(1...10))
    }
  }

  @Test func `that is foreign is written anew from behind its rotated files, compressed or not`()
    async throws
  {
    try await withStore { store in
      let place = try LogPlace(store)
      try await place.tell(5)
      try await place.run()
      try place.fixture.rename("", ".1")
      try place.fixture.compress(".1")
      try await place.tell(5)
      try await place.run()
      try place.put(Data("nothing of ours\n".utf8))
      try await place.run()
      let written = String(decoding: try place.content, as: UTF8.self)
      #expect(written.hasPrefix(#"{"v":1,"seq":6,"#))
      #expect(try place.numbers == Array(1...11))
    }
  }

  @Test("is refused at once where it is no plain file", arguments: ["directory", "FIFO", "device"])
  func special(_ kind: String) async throws {
    try await withStore { store in
      let place = try LogPlace(store)
      switch kind {
      case "directory":
        try FileManager.default.createDirectory(
          atPath: place.path, withIntermediateDirectories: false)
      case "FIFO": #expect(mkfifo(place.path, 0o600) == 0)
      default:
        try FileManager.default.createSymbolicLink(
          atPath: place.path, withDestinationPath: "/dev/null")
      }
      let failure = await #expect(throws: FileFailure.self) { try await place.run() }
      #expect(failure?.mayPass == false)
      #expect(failure?.description.contains("name another file") == true)
    }
  }

  @Test("may be a link to a plain file", arguments: [true, false])
  func linked(_ isThere: Bool) async throws {
    try await withStore { store in
      let place = try LogPlace(store)
      let target = place.fixture.directory + "/elsewhere"
      if isThere { try Data().write(to: URL(filePath: target)) }
      try FileManager.default.createSymbolicLink(atPath: place.path, withDestinationPath: target)
      try await place.tell(2)
      try await place.run()
      #expect(try place.numbers == [1, 2])
    }
  }
}
