import Foundation
import Glibc
import JobWatchCore
import Testing

@testable import JobWatchDaemon
@testable import JobWatchSpool

@Suite struct `Where writers cannot be seen, a spool file` {
  private let blind = WriterDetector(unavailable: "a test")

  private func isTaken(_ left: [String], _ name: String) -> Bool {
    left.count == 1 && left.first?.hasPrefix("taken-") == true && left.first?.hasSuffix("-" + name) == true
  }

  @Test func `that was renamed while it is open is read again when it is closed`() async throws {
    try await withSpool(detector: blind) { spool in
      let writer = try OpenWriter(spool.root + "/written")
      writer.write("aaaa1\n")
      #expect(rename(spool.root + "/written", spool.incoming + "/moved") == 0)
      try await spool.announcedTurn(at: 1)
      #expect(try await spool.jobs() == ["aaaa1"])
      #expect(isTaken(try spool.left(), "moved"))
      writer.write("bbbb2\n")
      writer.finish()
      try await spool.announcedTurns(at: 4) { try await $0.jobs().count == 2 }
      #expect(try await spool.jobs() == ["aaaa1", "bbbb2"])
      try await spool.turn(at: 63)
      #expect(isTaken(try spool.left(), "moved"))
      try await spool.turn(at: 64)
      #expect(try spool.left().isEmpty)
    }
  }

  @Test func `that another program closed keeps what its other writers add`() async throws {
    try await withSpool(detector: blind) { spool in
      let holder = try OpenWriter(spool.incoming + "/two")
      let other = try OpenWriter(spool.incoming + "/two")
      other.write("aaaa1\n")
      other.finish()
      try await spool.announcedTurn(at: 1)
      holder.write("bbbb2\n")
      holder.finish()
      try await spool.announcedTurns(at: 6) { try await $0.jobs().count == 2 }
      #expect(try await spool.jobs() == ["aaaa1", "bbbb2"])
      try await spool.turn(at: 66)
      #expect(try spool.left().isEmpty)
    }
  }

  @Test func `that grows after its rest without being closed is read again a rest later`()
    async throws
  {
    try await withSpool(detector: blind) { spool in
      let path = spool.root + "/file"
      try Data("aaaa1\n".utf8).write(to: URL(fileURLWithPath: path))
      #expect(link(path, spool.incoming + "/linked") == 0)
      try await spool.turn(at: 0)
      try await spool.turn(at: 60)
      #expect(isTaken(try spool.left(), "linked"))
      let writer = try OpenWriter(path)
      writer.write("bbbb2\n")
      writer.finish()
      for second in [75, 134] { try await spool.turn(at: second) }
      #expect(try await spool.jobs() == ["aaaa1"])
      try await spool.turn(at: 135)
      #expect(try await spool.jobs() == ["aaaa1", "bbbb2"])
      #expect(isTaken(try spool.left(), "linked"))
      try await spool.turn(at: 195)
      #expect(try spool.left().isEmpty)
    }
  }

  @Test func `that is refused goes at once, because all that is written to it is kept`()
    async throws
  {
    try await withSpool(detector: blind) { spool in
      let writer = try OpenWriter(spool.incoming + "/bad")
      writer.write("a/b\n")
      writer.finish()
      try await spool.announcedTurn(at: 1)
      #expect(try spool.left().isEmpty)
      #expect(try spool.rejected() == ["bad", "bad.reason"])
    }
  }

  @Test func `that submit wrote is gone at once`() async throws {
    try await withSpool(detector: blind) { spool in
      let path = try SpoolWriter(spoolDirectory: spool.root).write([SpoolSubmission(jobID: "a1")], at: spool.wall)
      #expect(FileManager.default.fileExists(atPath: path))
      try await spool.announcedTurn(at: 1)
      #expect(try await spool.jobs() == ["a1"])
      #expect(try spool.left().isEmpty)
    }
  }

  @Test(
    "is known to be of submit by its name",
    arguments: [
      ("1764000000000-12-ff.jsonl", true), ("taken-7-9-1764000000000-12-ff.jsonl", true),
      ("1764000000000-12-ff", false), ("jobs.jsonl", false), ("1-2-x.jsonl", false),
      ("1-2-3-4.jsonl", false),
    ])
  func writerNames(_ text: String, _ isOfWriter: Bool) {
    #expect(SpoolDirectory.Name(bytes: Array(text.utf8)).isOfWriter == isOfWriter)
  }

  @Test func `is not submitted again when it goes, even where its job is watched again`() {
    var waits = WaitingFiles(early: [])
    var status = stat()
    #expect(stat("/proc/self/exe", &status) == 0)
    let identity = SpoolDirectory.Identity(status)
    let name = SpoolDirectory.Name(bytes: Array("jobs".utf8))
    let now = Moment(wall: Timestamp(Date()), uptime: .seconds(5))
    #expect(!waits.isCommitted(identity))
    waits.rests(name, identity, at: now)
    waits.endScan()
    #expect(waits.restsUntil(name, identity, at: now) == .seconds(65))
    #expect(waits.isCommitted(identity))
    status.st_size += 1
    let grown = SpoolDirectory.Identity(status)
    #expect(waits.restsUntil(name, grown, at: now) == .seconds(65))
    #expect(!waits.isCommitted(grown))
  }
}
