import Foundation
import JobWatchCore
import CloudModel
import SimulatedCloud
import TestSupport
import Testing

/// SIGKILL, as the kernel does it: a real process, its locks, and the real WAL. The simulation tries every moment.
@Suite struct KillTests {
  /// What the daemon has done right before it is killed.
  enum Moment: CaseIterable, Sendable { case tookFile, wroteLog, delivered }

  @Test(
    "killed in the midst of its work, it loses no job, tells each end under one id, and logs each event once",
    .timeLimit(.minutes(10)))
  func kills() async throws {
    let keys = ["polling": "{floor: 100ms, ceiling: 100ms}", "routes": "[{channels: [oncall]}]"]
    // Of a small quota a crash leaves nothing for the next second.
    try await Testbed.run(.init(account: ["quota": "{calls: 5000, per: 1s}"], keys: keys)) { bed in
      var jobs: [PlannedJob] = []
      for moment in Moment.allCases + Moment.allCases {
        let daemon = try await bed.startDaemon()
        let spool = try FileEvents(of: bed.place.incoming)
        let log = try FileEvents(of: bed.place.logDirectory)
        let deliveries = bed.receiver.log.stream()
        let fresh = (0..<20).map { number in
          number % 5 == 0
            ? PlannedJob.failing(.dcs, after: .milliseconds(70 * number))
            : PlannedJob.succeeding(.ecs, after: .milliseconds(70 * number))
        }
        jobs += fresh
        for job in fresh { try bed.submit([job]) }
        try await within(.seconds(60), "\(moment)") {
          switch moment {
          case .tookFile: for await event in spool.stream where event.isRemoval && !event.name.hasPrefix(".") { return }
          case .wroteLog: for await event in log.stream where event.isWrite { return }
          case .delivered: for await _ in deliveries { return }
          }
        }
        await daemon.kill()
      }
      let last = try await bed.startDaemon()
      let all = jobs
      try await within(.seconds(60), "every end is told") { try await bed.told(all) }
      #expect(await last.terminate() == .code(0))
      let ends = try Dictionary(grouping: bed.events().filter { $0.type.hasPrefix("job.") }) {
        "\($0.type) \($0.data.jobID ?? "")"
      }
      #expect(ends.values.allSatisfy { Set($0.map(\.id)).count == 1 })
      let lines = try bed.log.all()
      #expect(lines.isGapless)
      for kind in [EventKind.jobRegistered, .jobSucceeded, .jobFailed] {
        let expected = jobs.filter { kind == .jobRegistered || $0.end == kind }.map(\.id)
        #expect(lines.filter { $0.event == kind.rawValue }.compactMap(\.data.jobID).sorted() == expected.sorted())
      }
      #expect(try bed.place.names(in: bed.place.incoming).allSatisfy { $0.hasPrefix(".") })
      #expect(try bed.place.names(in: bed.place.rejected).isEmpty)
    }
  }
}
