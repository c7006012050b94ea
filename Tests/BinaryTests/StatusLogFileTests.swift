import Foundation
import JobWatchCore
import CloudModel
import SimulatedCloud
import TestSupport
import Testing

@Suite struct StatusLogFileTests {
  @Test("rotation by rename loses no line, running or stopped", .timeLimit(.minutes(10)))
  func rotation() async throws {
    try await Testbed.run(.init(keys: ["polling": "{floor: 200ms, ceiling: 1s}"])) { bed in
      var daemon = try await bed.startDaemon()
      var jobs: [PlannedJob] = []
      let rotated = (1...4).map { "\(bed.place.statusLog).\($0)" }
      for path in rotated {
        let batch = (0..<20).map { PlannedJob.succeeding(after: .milliseconds(50 * $0)) }
        jobs += batch
        try bed.submit(batch)
        // In the middle of their events.
        try await within(.seconds(20), "half of them have ended") {
          try await bed.told(Array(batch[..<10]))
        }
        if path == rotated.last { #expect(await daemon.terminate() == .code(0)) }
        try FileManager.default.moveItem(atPath: bed.place.statusLog, toPath: path)
      }
      daemon = try await bed.startDaemon()
      let all = jobs
      try await within(.seconds(20), "every end is told") { try await bed.told(all) }
      #expect(await daemon.terminate() == .code(0))
      let lines = try (rotated + [bed.place.statusLog]).flatMap {
        try StatusLogLines(path: $0).all()
      }
      #expect(lines.isGapless)
      #expect(lines.count { $0.event == "job.succeeded" } == jobs.count)
    }
  }

  @Test(
    "a log that is ahead of a restored database is continued, not repeated",
    .timeLimit(.minutes(10))
  )
  func restoredBackup() async throws {
    try await Testbed.run(.init(keys: ["polling": "{floor: 200ms, ceiling: 1s}"])) { bed in
      let backup = bed.place.root + "/backup.db"
      var daemon = try await bed.startDaemon()
      #expect(await daemon.terminate() == .code(0))
      try FileManager.default.copyItem(atPath: bed.place.database, toPath: backup)

      daemon = try await bed.startDaemon()
      let forgotten = (0..<5).map { _ in PlannedJob.succeeding(after: .zero) }
      try bed.submit(forgotten)
      try await within(.seconds(20), "every end is told") { try await bed.told(forgotten) }
      #expect(await daemon.terminate() == .code(0))
      let before = try bed.log.all()
      for suffix in ["", "-wal", "-shm"] {
        let path = bed.place.database + suffix
        if FileManager.default.fileExists(atPath: path) { try FileManager.default.removeItem(atPath: path) }
      }
      try FileManager.default.moveItem(atPath: backup, toPath: bed.place.database)

      daemon = try await bed.startDaemon()
      let job = PlannedJob.succeeding(after: .zero)
      try bed.submit([job])
      try await within(.seconds(20), "the end is told") { try await bed.told([job]) }
      #expect(await daemon.terminate() == .code(0))
      let lines = try bed.log.all()
      #expect(lines.isGapless)
      let after = lines.dropFirst(before.count)
      #expect(after.prefix(2).map(\.event) == ["daemon.restored", "daemon.started"])
      #expect(after.first?.data.cure?.isEmpty == false)
      // What waited in the backup is told again, under its own id; no id means two events.
      let told = try Dictionary(grouping: bed.events(), by: \.id)
      #expect(told.values.allSatisfy { Set($0.map(\.timestamp)).count == 1 })
    }
  }

  /// As a shell, a script or a power cut leaves it.
  @Test(
    "a damaged or foreign end of the log keeps nobody from starting",
    .timeLimit(.minutes(10)),
    arguments: ["\n", "--- maintenance ---\n", String(repeating: "\0", count: 500) + "\n", "block"])
  func damage(_ what: String) async throws {
    try await Testbed.run { bed in
      #expect(await (try bed.startDaemon()).terminate() == .code(0))
      let log = URL(filePath: bed.place.statusLog)
      var bytes = Array(try Data(contentsOf: log))
      if what == "block" {
        // A zeroed block within the last line.
        for index in (bytes.count - 60)..<(bytes.count - 10) { bytes[index] = 0 }
      } else {
        bytes += Array(what.utf8)
      }
      try Data(bytes).write(to: log)
      #expect(await (try bed.startDaemon()).terminate() == .code(0))
      let lines = try bed.log.all()
      #expect(lines.isGapless)
      let told = lines.filter { $0.event == EventKind.daemonRepaired.rawValue }
      #expect(told.count == 1)
      let kept = try Data(contentsOf: URL(filePath: told.first?.data.file ?? ""))
      #expect(bytes.suffix(kept.count) == Array(kept)[...] && kept.contains(what == "block" ? 0 : 10))
    }
  }
}
