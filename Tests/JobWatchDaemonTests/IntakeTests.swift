import Foundation
import Glibc
import JobWatchCore
import TestSupport
import Testing

@testable import JobWatchDaemon
@testable import JobWatchFiles
@testable import JobWatchSpool

@Suite struct `A spool file that is still being written` {
  private let blind = WriterDetector(unavailable: "a test")

  @Test(
    "is left until it is closed, whatever its times say and whoever makes the intake look",
    arguments: [-86_400, -5, 0, 86_400])
  func slowWriter(_ age: Int) async throws {
    try await withSpool { spool in
      let writer = try OpenWriter(spool.incoming + "/slow")
      writer.write("aaaa1\nbb")
      writer.setModified(secondsFromNow: age)
      for second in 0..<30 { try await spool.turn(at: second) }
      #expect(try await spool.jobs().isEmpty)
      writer.write("bb2\n")
      writer.setModified(secondsFromNow: age)
      writer.finish()
      try await spool.announcedTurn(at: 30)
      #expect(try await spool.jobs() == ["aaaa1", "bbbb2"])
      #expect(try spool.left().isEmpty)
    }
  }

  @Test("that was begun before the daemon started is left until it is closed")
  func begunBefore() async throws {
    let root = TemporaryDirectory.newPath()
    let writer = try OpenWriter(root)
    writer.write("aaaa1\nbb")
    writer.setModified(secondsFromNow: -3600)
    try await withSpool(prepare: { try move(root, to: $0 + "/early") }) { spool in
      try await spool.turn()
      #expect(try await spool.jobs().isEmpty)
      writer.write("bb2\n")
      writer.finish()
      try await spool.announcedTurn(at: 1)
      #expect(try await spool.jobs() == ["aaaa1", "bbbb2"])
    }
  }

  @Test("holds up no other file, and is told once, until it is closed")
  func holdsUpNobody() async throws {
    try await withSpool { spool in
      let writer = try OpenWriter(spool.incoming + "/for ever")
      writer.write("aaaa1\n")
      try await spool.turn()
      for minute in 1...3 {
        let other = try OpenWriter("\(spool.incoming)/other\(minute)")
        other.write("other\(minute)\n")
        other.finish()
        try await spool.announcedTurn(at: minute * 60)
      }
      #expect(try await spool.jobs() == ["other1", "other2", "other3"])
      let lines = spool.told.all
      #expect(lines.count == 1, "\(lines)")
      #expect(lines.first?.contains("file=for ever") == true)
      #expect(lines.first?.contains("fuser -v \(spool.incoming)/for ever") == true)
      #expect(spool.intake.unclosed == ["for ever"])
      writer.finish()
      try await spool.announcedTurn(at: 200)
      #expect(try await spool.jobs().contains("aaaa1"))
      #expect(spool.intake.unclosed.isEmpty)
    }
  }

  @Test("by one program lets others submit by the same name")
  func sharedName() async throws {
    try await withSpool { spool in
      let holder = try OpenWriter(spool.incoming + "/jobs")
      holder.write("held1\nhe")
      for number in 1...3 {
        let other = try OpenWriter(spool.incoming + "/jobs")
        other.write("other\(number)\n")
        other.finish()
        try await spool.announcedTurn(at: number)
      }
      // The first stays with what is open; the others made new files.
      #expect(try await spool.jobs() == ["other2", "other3"])
      holder.write("ld2\n")
      holder.finish()
      try await spool.announcedTurn(at: 4)
      #expect(try await spool.jobs().isSuperset(of: ["held1", "other2", "other3"]))
      #expect(try spool.left().isEmpty)
    }
  }

  @Test("and was renamed into the spool keeps its name until it is closed")
  func renamedOpen() async throws {
    try await withSpool { spool in
      let writer = try OpenWriter(spool.root + "/written")
      writer.write("aaaa1\n")
      try move(spool.root + "/written", to: spool.incoming + "/renamed")
      try await spool.announcedTurn(at: 1)
      #expect(try spool.left() == ["renamed"])
      #expect(try await spool.jobs().isEmpty)
      writer.finish()
      try await spool.announcedTurn(at: 2)
      #expect(try await spool.jobs() == ["aaaa1"])
      #expect(try spool.left().isEmpty)
    }
  }

  @Test("is not rejected by half")
  func halfJSON() async throws {
    try await withSpool { spool in
      let writer = try OpenWriter(spool.incoming + "/object.json")
      writer.write("{\"job_id\":")
      // That another program closed it announces it.
      try OpenWriter(spool.incoming + "/object.json").finish()
      try await spool.announcedTurn(at: 1)
      for second in 2..<20 { try await spool.turn(at: second) }
      #expect(try spool.rejected().isEmpty)
      writer.write("\"a1\"}")
      writer.finish()
      try await spool.announcedTurn(at: 20)
      #expect(try await spool.jobs() == ["a1"])
      #expect(try spool.rejected().isEmpty && spool.left().isEmpty)
    }
  }

  @Test("and too large is rejected when it is closed, under the name that it was given")
  func tooLarge() async throws {
    try await withSpool { spool in
      let writer = try OpenWriter(spool.incoming + "/large")
      writer.write(String(repeating: "a", count: SpoolFile.sizeLimit + 1))
      try await spool.turn()
      #expect(try spool.rejected().isEmpty)
      writer.finish()
      try await spool.announcedTurn(at: 1)
      #expect(try spool.rejected() == ["large", "large.reason"])
      #expect(try spool.left().isEmpty)
    }
  }

  @Test("where that cannot be seen rests for a minute of a clock that nobody sets")
  func blindRest() async throws {
    try await withSpool(detector: blind) { spool in
      let path = spool.root + "/file"
      try Data("aaaa1\n".utf8).write(to: URL(fileURLWithPath: path))
      // A hard link is not announced.
      #expect(link(path, spool.incoming + "/linked") == 0)
      try await spool.turn(at: 0)
      try await spool.turn(at: 40)
      let writer = try OpenWriter(path)
      writer.write("bbbb2\n")
      writer.finish()
      let next = try await spool.turn(at: 70)
      #expect(next == .seconds(80), "the next scan")
      try await spool.turn(at: 129)
      #expect(try await spool.jobs().isEmpty)
      try await spool.turn(at: 130)
      #expect(try await spool.jobs() == ["aaaa1", "bbbb2"])
      #expect(spool.told.all.count == 1, "\(spool.told.all)")
    }
  }

  @Test("that was there before a start has rested since its date, where that cannot be seen")
  func blindStart() async throws {
    let prepare: (String) throws -> Void = { incoming in
      // The clock of the bench is an hour ahead.
      for (name, age) in [("old1", 0.0), ("new1", -3599)] {
        let path = "\(incoming)/\(name)"
        try Data("\(name)\n".utf8).write(to: URL(fileURLWithPath: path))
        try FileManager.default.setAttributes([.modificationDate: Date(timeIntervalSinceNow: -age)], ofItemAtPath: path)
      }
    }
    try await withSpool(detector: blind, prepare: prepare) { spool in
      try await spool.turn(at: 0)
      #expect(try await spool.jobs() == ["old1"])
      #expect(try spool.left() == ["new1"], "it needs no second rest")
      try await spool.turn(at: 61)
      #expect(try await spool.jobs() == ["new1", "old1"])
    }
  }

  @Test("where no lease can tell is seen among the open files of processes")
  func blindOpen() async throws {
    try await withSpool(detector: blind) { spool in
      let writer = try OpenWriter(spool.incoming + "/slow")
      writer.write("aaaa1\n")
      for minute in 0..<5 { try await spool.turn(at: minute * 60) }
      #expect(try await spool.jobs().isEmpty)
      #expect(spool.intake.unclosed == ["slow"])
      writer.write("bbbb2\n")
      writer.finish()
      try await spool.announcedTurn(at: 301)
      #expect(try await spool.jobs() == ["aaaa1", "bbbb2"])
    }
  }

  private func move(_ path: String, to target: String) throws {
    guard rename(path, target) == 0 else { throw FileFailure("cannot be renamed", path, errno) }
  }
}
