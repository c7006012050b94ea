import Foundation
import JobWatchCore
import CloudModel
import SimulatedCloud
import TestSupport
import Testing

@Suite struct KillTests {
  private static let kills = 60
  /// Some phases last less than a millisecond: a few more kills may be needed to hit each.
  private static let mostKills = 240
  /// Messages that one channel has under way at once, and so may repeat after a kill.
  private static let underWay = 8

  @Test(
    "killed at every phase, it loses no job, repeats only what was under way, and logs each once",
    .timeLimit(.minutes(10)))
  func kills() async throws {
    let seed = UInt64.random(in: .min ... .max)
    print("the kills follow the seed \(seed)")
    let keys = [
      "polling": "{floor: 100ms, ceiling: 100ms}", "routes": "[{channels: [oncall]}]",
    ]
    // Of a small quota a crash leaves nothing for the next second, in which the next kill comes.
    let account = ["quota": "{calls: 5000, per: 1s}"]
    try await Testbed.run(.init(account: account, keys: keys)) { bed in
      var run = KillRun(bed, seed: seed)
      try bed.place.numberSender(0)
      let first = try await bed.startDaemon()
      #expect(await first.terminate() == .code(0))
      while run.kills < Self.kills || (!run.isComplete && run.kills < Self.mostKills) {
        try await run.round()
      }
      print("\(run.kills) kills hit: \(Self.text(run.tally))")
      #expect(run.isComplete, "a phase was never hit: \(Self.text(run.tally))")
      try bed.place.numberSender(run.kills + 1)
      let last = try await bed.startDaemon()
      let jobs = run.jobs
      try await within(.seconds(60), "every end is told") { try await bed.told(jobs) }
      #expect(await last.terminate() == .code(0))
      try Self.expectToldOnce(jobs, by: bed)
      try Self.expectRepeats(by: bed)
      try Self.expectLogged(jobs, by: bed)
      #expect(try bed.place.names(in: bed.place.incoming).allSatisfy { $0.hasPrefix(".") })
      #expect(try bed.place.names(in: bed.place.rejected).isEmpty)
    }
  }

  private static func text(_ tally: [KillPhase: Int]) -> String {
    KillPhase.allCases.map { "\($0) \(tally[$0, default: 0])" }.joined(separator: ", ")
  }

  /// Per job and type one id, whatever was repeated, and of the ends only the right one.
  private static func expectToldOnce(_ jobs: [PlannedJob], by bed: Testbed) throws {
    #expect(bed.receiver.deliveries.allSatisfy { $0.verification == .verified })
    let told = try Dictionary(grouping: bed.events()) { "\($0.type) \($0.data.jobID ?? $0.id)" }
    for (event, deliveries) in told { #expect(Set(deliveries.map(\.id)).count == 1, "\(event) was told under two ids") }
    for job in jobs {
      let wrong: EventKind = job.end == .jobFailed ? .jobSucceeded : .jobFailed
      #expect(told["\(wrong.rawValue) \(job.id)"] == nil)
      for kind in [EventKind.jobLost, .jobUnknown, .jobFound] { #expect(told["\(kind.rawValue) \(job.id)"] == nil) }
    }
  }

  /// A message is repeated only by another daemon than the one that sent it, and few are.
  ///
  /// The path of a delivery names its sender: what a killed daemon had sent may be read by the receiver
  /// when the next one is at work already.
  private static func expectRepeats(by bed: Testbed) throws {
    var repeats: [Int: Int] = [:]
    var senders: [String: Set<Int>] = [:]
    for delivery in bed.receiver.deliveries {
      let sender = try #require(Int(delivery.request.path.split(separator: "/").last ?? ""))
      let id = try #require(delivery.id)
      let isRepeat = senders[id] != nil
      let isFirstOfSender = senders[id, default: []].insert(sender).inserted
      #expect(isFirstOfSender, "\(id) was sent twice by daemon \(sender), at \(delivery.time)")
      if isRepeat { repeats[sender, default: 0] += 1 }
    }
    print("repeats after \(repeats.count) of the kills, at most \(repeats.values.max() ?? 0)")
    #expect(repeats.values.allSatisfy { $0 <= underWay })
  }

  private static func expectLogged(_ jobs: [PlannedJob], by bed: Testbed) throws {
    let lines = try bed.log.all()
    #expect(lines.isGapless)
    let events = lines.filter { $0.data.jobID != nil }.map { "\($0.event) \($0.data.jobID ?? "")" }
    #expect(events.count == Set(events).count, "no event of a job is there twice")
    let logged = Set(events)
    for job in jobs {
      #expect(logged.contains("\(EventKind.jobRegistered.rawValue) \(job.id)"))
      #expect(logged.contains("\(job.end.rawValue) \(job.id)"))
    }
  }
}
