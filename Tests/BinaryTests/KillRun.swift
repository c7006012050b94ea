import CloudAPI
import Foundation
import JobWatchCore
import CloudModel
import SimulatedCloud
import TestSupport

/// Kills the daemon again and again while jobs flow, and keeps account of what the kills hit.
struct KillRun {
  let bed: Testbed
  private(set) var kills = 0
  private(set) var tally: [KillPhase: Int] = [:]
  private(set) var jobs: [PlannedJob] = []
  private var open: [PlannedJob] = []
  private var random: SeededGenerator

  init(_ bed: Testbed, seed: UInt64) {
    self.bed = bed
    random = SeededGenerator(seed)
  }

  var isComplete: Bool { KillPhase.allCases.allSatisfy { tally[$0, default: 0] > 0 } }

  mutating func round() async throws {
    let moment = KillMoment.allCases[kills % KillMoment.allCases.count]
    try bed.place.numberSender(kills + 1)
    let daemon = try await start(at: moment)
    await daemon.kill()
    kills += 1
    let delivered = Set(bed.receiver.deliveries.compactMap(\.id))
    let wreck = try Wreck(bed.place, jobs: open, delivered: delivered)
    for phase in wreck.phases { tally[phase, default: 0] += 1 }
    open.removeAll { wreck.settled.contains($0.id) }
  }

  /// Returns a daemon that has come to `moment`.
  private mutating func start(at moment: KillMoment) async throws -> ChildProcess {
    if moment == .starting {
      try drop(files: 3)
      let daemon = try bed.spawnDaemon()
      try await pass(upTo: .milliseconds(150))
      return daemon
    }
    let daemon = try await bed.startDaemon()
    let (bed, count) = (bed, Int.random(in: 1...6, using: &random))
    let spool = try FileEvents(of: bed.place.incoming)
    let log = try FileEvents(of: bed.place.logDirectory)
    let deliveries = bed.receiver.log.stream()
    try drop(files: moment == .fileGone ? 40 : 6)
    try await within(.seconds(20), "\(moment)") {
      switch moment {
      case .starting, .dropped, .anytime: break
      case .fileGone:
        for await event in spool.stream where event.isRemoval && !event.name.hasPrefix(".") { break }
      case .logGrew: try await Self.wait(for: count, in: log.stream.filter(\.isWrite))
      case .delivered: try await Self.wait(for: count, in: deliveries)
      }
    }
    // Half of the kills come at once, the others a little later.
    let isLate = Bool.random(using: &random)
    try await pass(upTo: moment == .anytime ? .seconds(1) : .milliseconds(isLate ? 8 : 0))
    return daemon
  }

  private static func wait(for count: Int, in events: some AsyncSequence) async throws {
    var missing = count
    for try await _ in events {
      missing -= 1
      if missing == 0 { return }
    }
    throw CancellationError()
  }

  /// The moment of a kill is left to chance here; nothing is waited for.
  private mutating func pass(upTo limit: Duration) async throws {
    if limit > .zero { try await Task.sleep(for: limit.scaled(by: .random(in: 0..<1, using: &random))) }
  }

  /// One job a file.
  private mutating func drop(files: Int) throws {
    for _ in 0..<files {
      let length = Duration.milliseconds(Int.random(in: 0..<1500, using: &random))
      let service: CloudService = Bool.random(using: &random) ? .ecs : .dcs
      let job: PlannedJob =
        Int.random(in: 0..<5, using: &random) == 0
        ? .failing(service, after: length) : .succeeding(service, after: length)
      jobs.append(job)
      open.append(job)
      try bed.submit([job])
    }
  }
}
