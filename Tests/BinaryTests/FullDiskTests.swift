import Foundation
import Glibc
import JobWatchCore
import CloudModel
import SimulatedCloud
import TestSupport
import Testing

/// A disk that is full, played by the limit on the size of a process's files (setrlimit(2),
/// RLIMIT_FSIZE): every write beyond it fails.
@Suite struct FullDiskTests {
  @Test(
    "while nothing can be written it neither floods anybody nor ends, and then it tells all",
    .timeLimit(.minutes(10)),
    .enabled(if: access("/usr/bin/prlimit", X_OK) == 0, "needs prlimit of util-linux"),
    arguments: [nil, 0, 8, 16, 24, 32])
  func fullDisk(room: Int?) async throws {
    try await Testbed.run(.init(keys: ["polling": "{floor: 200ms, ceiling: 1s}"])) { bed in
      let daemon = try await bed.startDaemon(after: "trap '' XFSZ")
      let jobs = (0..<10).map { PlannedJob.failing(after: .milliseconds(500 * $0)) }
      try bed.submit(jobs)
      try await within(.seconds(20), "the first ends are told") { try await bed.told([jobs[0]]) }
      try await Self.limit(daemon, to: try Self.size(room, in: bed), in: bed)
      let late = PlannedJob.failing(after: .zero)
      try bed.submit([late])
      let (calls, deliveries) = (bed.cloud.log.total, bed.receiver.log.total)
      // How often it tries in vain shows only over time.
      try await Task.sleep(for: .seconds(8))
      #expect(bed.cloud.log.total - calls <= 40)
      #expect(bed.receiver.log.total - deliveries <= 20)
      try await Self.limit(daemon, to: "unlimited", in: bed)
      try await within(.seconds(45), "every end is told") { try await bed.told(jobs + [late]) }
      #expect(await daemon.terminate() == .code(0))
      let lines = try bed.log.all()
      #expect(lines.isGapless, "\(lines.map(\.seq))")
      let told = try Dictionary(grouping: bed.events()) { "\($0.type) \($0.data.jobID ?? $0.id)" }
      #expect(told.values.allSatisfy { Set($0.map(\.id)).count == 1 })
    }
  }

  /// Bytes. Nil: every file of the daemon is full, the log and standard error too. Otherwise only
  /// the database's, once it has grown by `room` kB: some commits more succeed.
  static func size(_ room: Int?, in bed: Testbed) throws -> String {
    guard let room else { return "1" }
    let attributes = try FileManager.default.attributesOfItem(atPath: bed.place.database + "-wal")
    return String((attributes[.size] as? Int ?? 0) + room * 1024)
  }

  static func limit(_ daemon: ChildProcess, to size: String, in bed: Testbed) async throws {
    let change = try await ChildProcess.run(
      ["--pid", String(daemon.pid), "--fsize=\(size):"], program: "/usr/bin/prlimit")
    try #require(change.exit == .code(0))
  }
}
