import Foundation
import Glibc
import JobWatchCore
import TestSupport
import Testing

@testable import JobWatchDaemon
@testable import JobWatchFiles
@testable import JobWatchSpool

@Suite struct `A spool file that is whole` {
  @Test func `is taken at once when it was linked into the spool long after it was written`()
    async throws
  {
    try await withSpool { spool in
      let path = spool.root + "/file"
      try Data("aaaa1\n".utf8).write(to: URL(fileURLWithPath: path))
      #expect(link(path, spool.incoming + "/linked") == 0)
      try await spool.turn()
      #expect(try await spool.jobs() == ["aaaa1"])
      #expect(try spool.left().isEmpty)
    }
  }

  @Test func `is taken after a crash that left it under a name of the daemon's`() async throws {
    let prepare = { (incoming: String) in
      for (name, text) in [("good", "aaaa1\n"), ("bad", "!\n")] {
        let writer = try OpenWriter("\(incoming)/\(name)")
        writer.write(text)
        writer.finish()
        var status = stat()
        #expect(stat("\(incoming)/\(name)", &status) == 0)
        let plain = SpoolDirectory.Name(bytes: Array(name.utf8))
        let own = SpoolDirectory.Name(taking: UInt64(status.st_ino), of: plain, chance: 5)
        #expect(rename("\(incoming)/\(name)", "\(incoming)/\(own.text)") == 0)
      }
    }
    try await withSpool(prepare: prepare) { spool in
      try await spool.turn()
      #expect(try await spool.jobs() == ["aaaa1"])
      #expect(try spool.rejected() == ["bad", "bad.reason"])
      #expect(try spool.left().isEmpty)
    }
  }

  @Test func `stays when it has grown since it was read, or is open, and is read again`() throws {
    let scratch = try TemporaryDirectory()
    defer { withExtendedLifetime(scratch) {} }
    let directory = SpoolDirectory(path: scratch.path, detector: WriterDetector(unavailable: nil))
    try directory.prepare()
    let writer = try OpenWriter(directory.incoming + "/jobs")
    writer.write("aaaa1\n")
    writer.finish()
    #expect(link(directory.incoming + "/jobs", scratch.path + "/elsewhere") == 0)
    let name = SpoolDirectory.Name(bytes: Array("jobs".utf8))
    var first = try Self.read(directory, name)
    guard case .taken(let own) = directory.claim(name, first.identity) else {
      throw FileFailure("was not claimed", "\(name)", 0)
    }
    first.name = own
    let late = try OpenWriter(scratch.path + "/elsewhere")
    #expect(try directory.remove(first.name, first.identity) == .open)
    late.write("bbbb2\n")
    late.finish()
    #expect(try directory.remove(first.name, first.identity) == .changed)
    let reason = "why"
    #expect(try directory.reject(first.name, first.identity, reason: reason) == .changed)
    let second = try Self.read(directory, first.name)
    #expect(second.text == "aaaa1\nbbbb2\n" && second.name == first.name)
    #expect(try directory.remove(second.name, second.identity) == .done)
    #expect(try directory.names().isEmpty)
  }

  private static func read(_ directory: SpoolDirectory, _ name: SpoolDirectory.Name) throws -> (
    text: String, name: SpoolDirectory.Name, identity: SpoolDirectory.Identity
  ) {
    let content = directory.content(of: name, isWhole: true, at: Timestamp(Date()))
    guard case .bytes(let bytes, let own, let identity) = content else {
      throw FileFailure("was not read", "\(name)", 0)
    }
    return (String(decoding: bytes, as: UTF8.self), own, identity)
  }

  @Test func `that nobody may open without waiting keeps the daemon alive meanwhile`() throws {
    let path = TemporaryDirectory.newPath()
    defer { unlink(path) }
    try OpenWriter(path).finish()
    let detector = WriterDetector(unavailable: nil)
    for _ in 1...2 {
      let file = open(path, O_RDONLY | O_CLOEXEC)
      #expect(detector.check(file) == .closed)
      #expect(detector.checkAndHold(file) == .closed)
      // The kernel signals whoever holds the lease.
      #expect(open(path, O_WRONLY | O_NONBLOCK) == -1 && errno == EWOULDBLOCK)
      close(file)
    }
    let writer = try OpenWriter(path)
    let file = open(path, O_RDONLY | O_CLOEXEC)
    #expect(detector.check(file) == .open)
    writer.finish()
    #expect(detector.check(file) == .closed)
    close(file)
  }

  @Test func `has a name of the daemon's that says how it was called`() {
    let offered = SpoolDirectory.Name(bytes: Array("jobs-1.txt".utf8))
    let own = SpoolDirectory.Name(taking: 42, of: offered, chance: 5)
    #expect(own.isTaken(42) && !own.isTaken(43) && own.isOwn && !offered.isOwn)
    #expect(own.text.hasPrefix("taken-42-") && own.text.hasSuffix("-jobs-1.txt"))
    let again = SpoolDirectory.Name(taking: 7, of: own, chance: 5)
    #expect("\(own)" == "jobs-1.txt" && "\(again)" == "jobs-1.txt")
    let long = SpoolDirectory.Name(bytes: Array(repeating: 0x61, count: 255))
    #expect(SpoolDirectory.Name(taking: .max, of: long, chance: 5).bytes.count == 255)
    let ending = SpoolDirectory.Name(bytes: Array((String(repeating: "a", count: 240) + ".tmp.jsonl").utf8))
    #expect(!SpoolDirectory.Name(taking: 1, of: ending, chance: 12).isTemporary)
    for text in ["taken-1", "taken-1-2", "taken-x-2-y", "taken", "taken--1-x"] {
      #expect(!SpoolDirectory.Name(bytes: Array(text.utf8)).isOwn, "\(text)")
    }
  }
}
