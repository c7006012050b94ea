import Foundation
import JobWatchCore
import CloudModel
import SimulatedCloud
import TestSupport
import Testing

@Suite struct QuotaTests {
  @Test("a daemon that knows the cloud's quota is never throttled", .timeLimit(.minutes(10)))
  func known() async throws {
    let settings = Testbed.Settings(
      account: ["quota": "{calls: 20, per: 1s}"], keys: ["polling": "{floor: 200ms, ceiling: 1s}"],
      cloudQuota: Quota(calls: 20, per: .seconds(1)))
    try await Testbed.run(settings) { bed in
      let daemon = try await bed.startDaemon()
      let jobs = (0..<100).map { number in PlannedJob.succeeding(after: .milliseconds(100 * number))
      }
      try bed.submit(jobs)
      try await within(.seconds(60), "every end is told") { try await bed.told(jobs) }
      #expect(await daemon.terminate() == .code(0))
      #expect(bed.cloud.throttledCalls.isEmpty, "calls and their statuses: \(Self.times(bed.cloud))")
      #expect(bed.cloud.log.total >= 100)
    }
  }

  /// In milliseconds since the first call.
  private static func times(_ cloud: SimulatedCloud) -> String {
    let calls = cloud.log.entries
    let first = calls.first?.time ?? Testbed.clock()
    return calls.map { "\(($0.time - first).milliseconds) \($0.status ?? 0)" }
      .joined(separator: ", ")
  }
}
