import Foundation
import Glibc
import JobWatchCore
import CloudModel
import SimulatedCloud
import TestSupport
import Testing

@Suite struct HostileSpoolTests {
  @Test(
    "what cannot be taken is rejected once with place and cure, and holds up nothing beside it",
    .timeLimit(.minutes(10)))
  func hostileFiles() async throws {
    try await Testbed.run { bed in
      let daemon = try await bed.startDaemon()
      let neighbour = PlannedJob.endless()
      let good = PlannedJob.endless()
      let hostile = HostileFile.all(neighbour: neighbour.id)
      for file in hostile { try file.put(into: bed.place) }
      let dropped = Testbed.clock()
      try bed.submit([good], file: "zz-good")
      let taken = try await within(.seconds(20), "the good file is taken in") {
        try await bed.log.first(.jobRegistered, of: good.id)
      }
      #expect(taken.time - dropped < .seconds(2))
      _ = try await bed.log.first(.jobRegistered, of: neighbour.id)
      try await within(.seconds(20), "each is rejected") {
        _ = try await bed.log.first { _ in
          try bed.log.soFar().count { $0.event == "spool.rejected" } >= hostile.count
        }
      }
      // The next file finds the spool empty of them: nothing is told twice.
      let last = PlannedJob.endless()
      try bed.submit([last], file: "zzz-good")
      _ = try await bed.log.first(.jobRegistered, of: last.id)
      #expect(await daemon.terminate() == .code(0))
      #expect(try bed.place.names(in: bed.place.incoming).isEmpty)
      #expect(try bed.log.all(.spoolRejected).count == hostile.count)
      try Self.expectReasons(hostile, in: bed)
    }
  }

  private static func expectReasons(_ hostile: [HostileFile], in bed: Testbed) throws {
    let names = try bed.place.names(in: bed.place.rejected)
    let reasons = names.filter { $0.hasSuffix(".reason") }
    #expect(names.count == 2 * hostile.count, "each with its reason: \(names)")
    let texts = try reasons.map { try bed.place.text(of: "\(bed.place.rejected)/\($0)") }
    for file in hostile {
      #expect(texts.contains { text in file.reasons.allSatisfy(text.contains) }, "no reason says \(file.reasons)")
    }
    let events = try bed.log.all(.spoolRejected)
    #expect(events.allSatisfy { $0.data.file?.contains("\n") == false && $0.data.cure != nil })
  }

  @Test(
    "a file that nobody may read is rejected with the cure", .timeLimit(.minutes(10)),
    .enabled(if: geteuid() != 0, "root may read everything"))
  func unreadable() async throws {
    try await Testbed.run { bed in
      let daemon = try await bed.startDaemon()
      try Data("ab12\n".utf8).write(to: URL(fileURLWithPath: bed.place.incoming + "/.secret"))
      guard chmod(bed.place.incoming + "/.secret", 0) == 0,
        rename(bed.place.incoming + "/.secret", bed.place.incoming + "/secret") == 0
      else { throw SystemFailure("chmod or rename", errno) }
      let event = try await within(.seconds(20), "it is rejected") {
        try await bed.log.first(.spoolRejected)
      }
      #expect(event.data.cause?.contains("0644") == true)
      _ = await daemon.terminate()
    }
  }

  @Test(
    "names of files in the making are left alone, and a slow writer's file is not read by half",
    .timeLimit(.minutes(10)))
  func unfinished() async throws {
    try await Testbed.run { bed in
      let daemon = try await bed.startDaemon()
      let temporary = [".hidden", "upload.tmp"]
      for name in temporary { try bed.place.drop("ab12\n", as: name) }
      let slow = (0..<3).map { _ in PlannedJob.endless() }
      bed.begin(slow)
      let text = Array((slow.map(\.id).joined(separator: "\n") + "\n").utf8)
      let file = open(bed.place.incoming + "/slow", O_WRONLY | O_CREAT | O_EXCL, 0o644)
      guard file >= 0 else { throw SystemFailure("open", errno) }
      for part in [text[..<20], text[20..<50], text[50...]] {
        part.withUnsafeBytes { _ = write(file, $0.baseAddress, $0.count) }
        // The writer is slow; another file makes the daemon look at it again.
        try await Task.sleep(for: .milliseconds(400))
        try bed.submit([.endless()])
      }
      close(file)
      for job in slow {
        _ = try await within(.seconds(20), "the slow file is taken in") {
          try await bed.log.first(.jobRegistered, of: job.id)
        }
      }
      #expect(await daemon.terminate() == .code(0))
      #expect(try bed.log.all(.spoolRejected).isEmpty)
      let registered = Set(try bed.log.all(.jobRegistered).compactMap(\.data.jobID))
      #expect(registered.count == slow.count + 3)
      #expect(try bed.place.names(in: bed.place.incoming) == temporary)
    }
  }
}
