import Foundation
import JobWatchCore
import CloudModel
import SimulatedCloud
import TestSupport
import Testing

@Suite struct `What a reload takes away` {
  private static let keys = [
    "polling": "{floor: 200ms, ceiling: 400ms}",
    "delivery": "{delays: [0s, 1s, 1s, 1s, 1s, 1s, 1s]}",
  ]

  @Test(
    "an account and a channel, is parked, and goes on when it is brought back",
    .timeLimit(.minutes(10)))
  func parked() async throws {
    let second = WebhookReceiver(secrets: [Workplace.hookSecret], clock: Testbed.clock)
    second.answer(with: [], then: .status(503))
    let settings = Testbed.Settings(keys: Self.keys, moreHooks: [try await second.start()])
    try await Testbed.run(settings) { bed in
      try bed.place.addAccount("calm")
      let scene = ParkingScene(bed: bed, manager: try ServiceListener(in: bed.place))
      let daemon = try await bed.startDaemon(after: scene.manager.environment)
      try await scene.begin()
      let full = try bed.place.text(of: bed.place.configuration)
      try await scene.remove(from: daemon)
      let before = second.deliveries.count
      try await scene.expectParked()
      second.answer(with: [], then: .status(200))
      bed.end([scene.parked])
      let rejected = try await scene.submitMeanwhile()
      #expect(second.deliveries.count == before, "a channel that is gone is told nothing")
      try bed.place.write(full, to: bed.place.configuration)
      _ = try await scene.manager.reload(daemon)
      let ended = [scene.early, scene.meanwhile, scene.parked]
      try await within(.seconds(20), "every end is told") { try await bed.told(ended) }
      for job in [scene.early, scene.parked] {
        try await within(.seconds(20), "the channel that is back is told") {
          _ = try await second.log.first { $0.isAbout(job) }
        }
      }
      #expect(await daemon.terminate() == .code(0))
      let reason = try bed.place.text(of: "\(bed.place.rejected)/\(rejected.id).reason")
      #expect(reason.contains("\"calm\""), "\(reason)")
      #expect(try bed.log.all().isGapless)
      Self.expectOnce(ended, bed.receiver.deliveries)
      Self.expectOnce([scene.early, scene.parked], second.deliveries)
      #expect(!second.deliveries.contains { $0.isAbout(scene.meanwhile) })
    }
    await second.stop()
  }

  /// Each end was taken once, and never under two ids.
  private static func expectOnce(_ jobs: [PlannedJob], _ deliveries: [WebhookDelivery]) {
    for job in jobs {
      #expect(deliveries.count { $0.isAbout(job) } == 1)
      let ids = deliveries.filter { String(decoding: $0.body, as: UTF8.self).contains(job.id) }
      #expect(Set(ids.map(\.id)).count == 1)
    }
  }
}

/// Jobs of two accounts, "prod" and "calm", of which the second is taken away.
private struct ParkingScene: Sendable {
  let bed: Testbed
  let manager: ServiceListener
  /// Ends before the removal: the second channel does not take it.
  let early = PlannedJob.failing(after: .zero)
  /// Of "calm": ends while it is away.
  let parked = PlannedJob.failing(after: .days(1))
  /// Of "prod": its polls are the clock.
  let clock = PlannedJob.endless()
  /// Of "prod": begins and ends while "calm" is away.
  let meanwhile = PlannedJob.succeeding(after: .zero)

  func begin() async throws {
    try bed.submit(early, to: "prod")
    try bed.submit(parked, to: "calm")
    try bed.submit(clock, to: "prod")
    for job in [parked, clock] { _ = try await bed.log.first(.jobRunning, of: job.id) }
    try await within(.seconds(20), "the first end is told") { [bed, early] in
      try await bed.told([early])
    }
  }

  func remove(from daemon: ChildProcess) async throws {
    try bed.place.removeAccount("calm")
    try bed.place.removeChannel("oncall2")
    _ = try await manager.reload(daemon)
    // The end, and before it the daemon's start.
    let words = [
      "watching 1 job, ", "1 parked (not configured: calm)",
      "2 messages waiting (not configured: oncall2)",
    ]
    _ = try await manager.first("what is parked") { notice in
      words.allSatisfy { notice.status?.contains($0) == true }
    }
  }

  /// Not asked for, while others are, and told.
  func expectParked() async throws {
    let before = bed.cloud.log.entries.count { $0.jobID == parked.id }
    try bed.submit(meanwhile, to: "prod")
    try await within(.seconds(20), "the end meanwhile is told") { [bed, meanwhile] in
      try await bed.told([meanwhile])
    }
    for _ in 1...5 { _ = try await bed.cloud.log.next { $0.jobID == clock.id } }
    #expect(bed.cloud.log.entries.count { $0.jobID == parked.id } == before)
  }

  /// Returns a job that was submitted for "calm" and rejected.
  func submitMeanwhile() async throws -> PlannedJob {
    let late = PlannedJob.endless()
    try bed.submit(late, to: "calm")
    let told = try await within(.seconds(20), "spool.rejected") { [bed] in
      try await bed.log.first(.spoolRejected)
    }
    #expect(told.data.cause?.contains("\"calm\"") == true)
    return late
  }
}
