import Foundation
import Glibc
import JobWatchCore
import JobWatchStore
import CloudModel
import SimulatedCloud
import TestSupport
import Testing

@Suite struct DatabaseLifeTests {
  /// Runs a program of the system to its end.
  private static func run(_ program: String, _ arguments: [String], in bed: Testbed) async throws {
    let outcome = try await ChildProcess.run(arguments, program: program)
    try #require(outcome.exit == .code(0), "\(outcome.error)")
  }

  /// A database of the first released form, where the daemon looks for its own.
  private static func putOldDatabase(in bed: Testbed) async throws {
    let text = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("JobWatchStoreTests/Schemas/schema-1.sql")
    try await run("/usr/bin/sqlite3", [bed.place.database, ".read \(text.path)"], in: bed)
  }

  private static func jobwatch(
    _ arguments: [String], after preparation: String, in bed: Testbed
  ) async throws -> ChildProcess.Outcome {
    try await ChildProcess.run(
      ["-c", preparation + "; exec \"$0\" \"$@\"", try ChildProcess.binary()] + arguments, program: "/bin/sh")
  }

  @Test(
    "without room for a copy of the old database the start is put off, and nothing is changed",
    .timeLimit(.minutes(10)), .enabled(if: access("/usr/bin/sqlite3", X_OK) == 0, "needs sqlite3"))
  func noRoom() async throws {
    try await Testbed.run { bed in
      try await Self.putOldDatabase(in: bed)
      // Of a start that ended before the step: it must not take the room of the next copy.
      try Data("older".utf8).write(to: URL(fileURLWithPath: bed.place.database + ".before-2"))
      let run = ["run", "--config", bed.place.configuration]
      // In blocks of 512 bytes: enough for what SQLite keeps beside the database, too little for a copy.
      let outcome = try await Self.jobwatch(run, after: "trap '' XFSZ; ulimit -f 128", in: bed)
      #expect(outcome.exit == .code(75), "\(outcome.error)")
      #expect(outcome.error.contains("jobwatch.db.before-2"), "\(outcome.error)")
      let names = try bed.place.names(in: bed.place.stateDirectory)
      #expect(!names.contains { $0.contains("before") })
      let daemon = try await bed.startDaemon()
      #expect(await daemon.terminate() == .code(0))
      let log = try bed.place.text(of: bed.place.standardError)
      #expect(log.ranges(of: "the database is brought up to date").count == 1)
      let kept = bed.place.database + ".before-2"
      #expect(FileManager.default.fileExists(atPath: kept))
      let standing = try StoreReader(path: bed.place.database).read { try $0.totals() }
      #expect(standing.watched == ["demo": 3])
    }
  }

  @Test("a database of a newer version is refused and left as it is", .timeLimit(.minutes(10)))
  func newer() async throws {
    try await Testbed.run { bed in
      try Store(path: bed.place.database).close()
      let sql = "INSERT INTO grdb_migrations VALUES ('999')"
      try await Self.run("/usr/bin/sqlite3", [bed.place.database, sql], in: bed)
      let names = try bed.place.names(in: bed.place.stateDirectory)
      let target = bed.place.root + "/copy"
      for command in [["run"], ["list"], ["backup", target]] {
        let outcome = try await CommandLineTests.jobwatch(command + ["--config", bed.place.configuration], in: bed)
        #expect(outcome.exit == .code(78), "\(command)")
        #expect(outcome.error.contains("newer jobwatch: install that version"))
      }
      let after = try bed.place.names(in: bed.place.stateDirectory)
      #expect(Set(after).subtracting(names).isSubset(of: ["jobwatch.lock"]))
      #expect(!FileManager.default.fileExists(atPath: target))
    }
  }

  @Test("a backup that is put back is gone on with, and that is told", .timeLimit(.minutes(10)))
  func restore() async throws {
    try await Testbed.run(.init(keys: ["polling": "{floor: 200ms, ceiling: 1s}"])) { bed in
      let daemon = try await bed.startDaemon()
      let early = PlannedJob.succeeding(after: .zero)
      try bed.submit([early])
      try await within(.seconds(20), "the first end is told") { try await bed.told([early]) }
      let target = bed.place.root + "/backup.db"
      let backup = ["backup", target, "--json", "--config", bed.place.configuration]
      let outcome = try await CommandLineTests.jobwatch(backup, in: bed)
      #expect(outcome.exit == .code(0), "\(outcome.error)")
      #expect(outcome.output.contains("\"jobs\":1"))
      let again = try await CommandLineTests.jobwatch(backup, in: bed)
      #expect(again.exit == .code(78) && again.error.contains("--force"))
      let late = PlannedJob.failing(after: .zero)
      try bed.submit([late])
      try await within(.seconds(20), "the second end is told") { try await bed.told([late]) }
      #expect(await daemon.terminate() == .code(0))
      try FileManager.default.removeItem(atPath: bed.place.database)
      try FileManager.default.moveItem(atPath: target, toPath: bed.place.database)
      let next = try await bed.startDaemon()
      #expect(await next.terminate() == .code(0))
      let lines = try bed.log.all()
      #expect(lines.isGapless, "\(lines.map(\.seq))")
      #expect(lines.map(\.event).contains("daemon.restored"))
    }
  }

  @Test(
    "damage ends the daemon with 78 and what to do, at the start and while it runs",
    .timeLimit(.minutes(10)), arguments: [Damage.header, .contents, .emptied])
  func damage(_ damage: Damage) async throws {
    try await Testbed.run { bed in
      try await Self.fill(bed.place.database)
      try damage.inflict(on: bed.place.database)
      let damaged = try Data(contentsOf: URL(fileURLWithPath: bed.place.database))
      let run = ["run", "--config", bed.place.configuration]
      let outcome = try await CommandLineTests.jobwatch(run, in: bed)
      #expect(outcome.exit == .code(78), "\(outcome.error)")
      #expect(outcome.error.contains("\(bed.place.database) is damaged"))
      #expect(outcome.error.contains(".recover") && outcome.error.contains("a backup"))
      let after = try Data(contentsOf: URL(fileURLWithPath: bed.place.database))
      switch damage {
      case .header, .emptied: #expect(after == damaged, "no new file took its place")
      case .contents:
        // The daemon ran, and wrote; nothing of what is damaged is written over.
        let middle = damaged.count / 8192 * 4096
        #expect(after.prefix(damaged.count).dropFirst(middle) == damaged.dropFirst(middle))
        #expect(outcome.error.contains("jobwatch cannot go on"), "\(outcome.error)")
      }
    }
  }

  /// What is done to the file: the daemon starts with the second, and finds it by its check after the boot.
  enum Damage: Sendable {
    case header, contents, emptied

    func inflict(on path: String) throws {
      let file = URL(fileURLWithPath: path)
      var bytes = try Data(contentsOf: file)
      let middle = bytes.count / 8192 * 4096
      switch self {
      case .header: bytes.replaceSubrange(0..<100, with: Data(repeating: 0x5a, count: 100))
      case .contents:
        bytes = bytes.prefix(middle) + Data(repeating: 0x5a, count: bytes.count - middle)
      case .emptied: bytes = Data()
      }
      try bytes.write(to: file)
    }
  }

  /// Jobs that are never asked for, and behind them answers that no start reads.
  private static func fill(_ path: String) async throws {
    let store = try Store(path: path)
    let now = Testbed.clock()
    try await store.write { transaction in
      for number in 0..<1500 {
        _ = try transaction.jobs.insert(
          .registered("job\(number)", at: now), dueAt: now + .days(1), noticeAt: nil)
      }
    }
    try await store.write { transaction in
      for _ in 0..<400 {
        let answer = Evidence(httpStatus: 200, body: .init(repeating: 7, count: 3000))
        let change = Transition(from: .registered, to: .running, rawStatus: nil, at: now)
        try transaction.history.record(change, evidence: answer, of: 1)
      }
    }
    try store.close()
  }
}
