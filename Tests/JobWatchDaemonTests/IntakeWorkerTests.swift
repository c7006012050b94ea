import Foundation
import Glibc
import JobWatchCore
import JobWatchFiles
import JobWatchStore
import TestSupport
import Testing

@testable import JobWatchDaemon
@testable import JobWatchSpool

/// What one turn makes of one file, on a real store and a real directory.
@Suite struct `The intake as a worker` {
  /// A file `jobs`, and where it is after a turn.
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var content: String
    var jobs: Set<String> = []
    var isRejected = false
  }

  static let cases: [Case] = [
    Case(testDescription: "an id", content: "a1\n", jobs: ["a1"]),
    Case(testDescription: "an object", content: #"{"job_id":"a1"}"#, jobs: ["a1"]),
    Case(testDescription: "lines of JSON", content: "{\"job_id\":\"a1\"}\n{\"job_id\":\"a2\"}\n", jobs: ["a1", "a2"]),
    Case(testDescription: "good and bad lines", content: "a1\n!\n", jobs: ["a1"], isRejected: true),
    Case(testDescription: "an account that is not known", content: #"{"job_id":"a1","account":"x"}"#, isRejected: true),
    Case(testDescription: "nothing", content: "", isRejected: true),
    Case(testDescription: "half an object", content: #"{"job_id":"#, isRejected: true),
    Case(testDescription: "a command", content: #"{"command":"pause","account":"prod"}"#),
    Case(testDescription: "a command with a mistake", content: #"{"command":"pause","account":"x"}"#, isRejected: true),
  ]

  /// A simulation moves the clock, and nothing else ends the wait.
  @Test func `clears a file away after a wait, by the clock that it was given`() async throws {
    let clock = ManualClock()
    try await withSpool(time: clock.time) { spool in
      let writer = try OpenWriter(spool.incoming + "/jobs")
      writer.write("aaaa1\n")
      writer.finish()
      async let turn = spool.turn()
      await clock.timerIsSet()
      #expect(try spool.left().count == 1)
      clock.pass(.milliseconds(5))
      _ = try await turn
      #expect(try spool.left().isEmpty)
    }
  }

  enum Way: CaseIterable, Sendable { case renamed, closed, linked }

  /// Puts `content` into the spool as `jobs`, as a program does it that ends then.
  private func put(_ content: String, _ way: Way, into spool: SpoolBench) throws {
    let path = way == .closed ? spool.incoming + "/jobs" : spool.root + "/written"
    let writer = try OpenWriter(path)
    writer.write(content)
    writer.finish()
    switch way {
    case .renamed: #expect(rename(path, spool.incoming + "/jobs") == 0)
    case .closed: break
    case .linked: #expect(link(path, spool.incoming + "/jobs") == 0)
    }
  }

  @Test("takes a file whichever way it came, or rejects it", arguments: cases, Way.allCases)
  func content(_ case: Case, _ way: Way) async throws {
    try await withSpool { spool in
      try put(`case`.content, way, into: spool)
      let next = try await spool.turn(at: 7)
      #expect(try await spool.jobs() == `case`.jobs)
      #expect(try spool.left().isEmpty)
      #expect(try spool.rejected() == (`case`.isRejected ? ["jobs", "jobs.reason"] : []))
      #expect(next == .seconds(17), "the next scan")
      let told = try await spool.store.read { try $0.events.all(after: 0, limit: 99) }.map(\.kind)
      #expect(told.contains("spool.rejected") == `case`.isRejected)
      #expect(told.filter { $0 == "job.registered" }.count == `case`.jobs.count)
    }
  }

  @Test("leaves names alone that submitters write before they rename", arguments: [".a", "a.tmp"])
  func temporary(_ name: String) async throws {
    try await withSpool { spool in
      try Data("a1\n".utf8).write(to: URL(filePath: "\(spool.incoming)/\(name)"))
      try await spool.turn()
      #expect(try spool.left() == [name])
      #expect(try await spool.jobs().isEmpty)
    }
  }

  @Test("rejects what is no plain file", arguments: ["directory", "link", "FIFO"])
  func special(_ kind: String) async throws {
    try await withSpool { spool in
      let path = spool.incoming + "/jobs"
      switch kind {
      case "directory": #expect(mkdir(path, 0o700) == 0)
      case "link": #expect(symlink("/etc/hostname", path) == 0)
      default: #expect(mkfifo(path, 0o600) == 0)
      }
      try await spool.turn()
      #expect(try spool.left().isEmpty)
      #expect(try spool.rejected() == ["jobs", "jobs.reason"])
    }
  }

  @Test func `takes the same file twice without a second effect, as after a crash`() async throws {
    try await withSpool { spool in
      for second in 0...1 {
        try put("a1\n", .linked, into: spool)
        try await spool.turn(at: second)
      }
      #expect(try await spool.jobs() == ["a1"])
      #expect(try await spool.store.read { try $0.events.lastSeq() } == 1)
    }
  }

  @Test func `takes a file once that cannot be cleared away, whatever has become of its jobs`() async throws {
    try await withSpool { spool in
      try put("a1\nnot an id\n", .renamed, into: spool)
      let rejected = spool.root + "/rejected"
      try FileManager.default.removeItem(atPath: rejected)
      try Data().write(to: URL(filePath: rejected))
      await #expect(throws: (any Error).self) { try await spool.turn() }
      #expect(try await spool.jobs() == ["a1"])
      // It is never seen.
      try await spool.store.write { [wall = spool.wall] transaction in
        var job = try #require(try transaction.jobs.find(1))
        (job.state, job.endedAt) = (.unknown, wall)
        try transaction.jobs.save(job, bodyHash: nil, dueAt: nil, noticeAt: nil)
      }
      let last = try await spool.store.read { try $0.events.lastSeq() }
      for second in 1...3 { await #expect(throws: (any Error).self) { try await spool.turn(at: second * 10) } }
      #expect(try await spool.store.read { try $0.events.lastSeq() } == last)
      try FileManager.default.removeItem(atPath: rejected)
      #expect(mkdir(rejected, 0o700) == 0)
      try await spool.turn(at: 40)
      #expect(try spool.left().isEmpty)
      // Whoever submits it again means it.
      try put("a1\n", .renamed, into: spool)
      try await spool.turn(at: 50)
      #expect(try await spool.store.read { try $0.events.lastSeq() } == last + 1)
    }
  }

  @Test func `looks again when a file that was just written has rested`() async throws {
    try await withSpool { spool in
      try put("a1\n", .linked, into: spool)
      let now = Timestamp(Date())
      let next = try await spool.intake.work(at: Moment(wall: now, uptime: .seconds(7)))
      let wait = try #require(next) - .seconds(7)
      #expect(wait > .zero && wait <= .seconds(1))
      #expect(try spool.left() == ["jobs"])
      _ = try await spool.intake.work(at: Moment(wall: now + .seconds(1), uptime: .seconds(8)))
      #expect(try await spool.jobs() == ["a1"])
    }
  }

  @Test func `scans a spool that cannot be watched every second, and says why once`() async throws {
    let watcher: DirectoryWatcher = { directory, _, _ throws(FileFailure) in
      throw FileFailure("cannot be watched", directory, EMFILE)
    }
    try await withSpool(watcher: watcher) { spool in
      try put("a1\n", .renamed, into: spool)
      for second in 0..<3 { #expect(try await spool.turn(at: second) == .seconds(second + 1)) }
      #expect(try await spool.jobs() == ["a1"])
      #expect(spool.told.all.count == 1 && spool.told.all[0].contains("cannot be watched"))
    }
  }

  @Test func `takes a file under a name of its own, made of its inode and a random number`()
    async throws
  {
    try await withSpool(detector: WriterDetector(unavailable: "a test"), random: { 5 }) { spool in
      try put("a1\n", .closed, into: spool)
      var status = stat()
      #expect(stat(spool.incoming + "/jobs", &status) == 0)
      try await spool.announcedTurn()
      // Whether somebody writes to it cannot be seen: it stays for a rest.
      #expect(try spool.left() == ["taken-\(status.st_ino)-5-jobs"])
      #expect(try await spool.jobs() == ["a1"])
    }
  }

  @Test func `leaves a file whose jobs cannot be stored`() async throws {
    try await withSpool { spool in
      try put("a1\n", .renamed, into: spool)
      let before = try spool.left()
      try spool.store.close()
      await #expect(throws: (any Error).self) { try await spool.turn() }
      #expect(try spool.left() == before)
    }
  }

  @Test func `ends a turn after 20,000 jobs and goes on at once`() async throws {
    try await withSpool { spool in
      for file in 1...3 {
        let lines = (1...10_000).map { "f\(file)-\($0)\n" }.joined()
        let writer = try OpenWriter("\(spool.incoming)/file\(file)")
        writer.write(lines)
        writer.finish()
      }
      #expect(try await spool.turn(at: 3) == .seconds(3), "at once")
      #expect(try spool.left() == ["file3"])
      #expect(try await spool.turn(at: 4) == .seconds(14))
      #expect(try spool.left().isEmpty)
      #expect(try await spool.jobs().count == 30_000)
    }
  }
}
