import Foundation
import JobWatchCore
import CloudModel
import SimulatedCloud
import TestSupport
import Testing

@Suite struct `A job that the API shows late` {
  @Test(
    "is told within two seconds of its appearing, by default", .timeLimit(.minutes(10)),
    arguments: [2, 4])
  func late(_ seconds: Int) async throws {
    try await Testbed.run { bed in
      let daemon = try await bed.startDaemon()
      var late = PlannedJob.endless()
      late.script.visibleAfter = .seconds(seconds)
      let job = late
      let began = Testbed.clock()
      try bed.submit([job])
      let running = try await within(.seconds(20), "job.running") {
        try await bed.log.first(.jobRunning, of: job.id)
      }
      let wait = (running.time - began).seconds
      // By the poll at 2 s or at 5 s, of which a busy machine may be late; the next one is due at 10 s. `AbsenceTests`
      // hold the exact times.
      #expect((Double(seconds)..<10).contains(wait), "\(wait)")
      #expect(bed.cloud.log.entries.count <= 4)
      #expect(await daemon.terminate() == .code(0))
    }
  }
}
