import GRDB
import JobWatchCore
import Testing

@testable import JobWatchStore

@Suite struct `How things stand` {
  private func job(_ number: Int, of account: String) -> Job {
    var job = Job.sample("job\(number)")
    job.key = JobKey(account: account, service: "ecs", jobID: "job\(number)")
    return job
  }

  /// Ends a job, or lets it run again.
  private func set(_ id: Int64, _ state: JobState, in ledger: Ledger) throws {
    var job = try #require(try ledger.job(id))
    (job.state, job.endedAt) = (state, state.isFinal ? .start : nil)
    try ledger.save(job, bodyHash: nil, dueAt: nil, noticeAt: nil)
  }

  @Test func `counts by account the jobs that have not ended, whatever happens to them`() throws {
    try Place().ledger { ledger throws in
      var generator = SeededGenerator(seed: 7)
      var ids: [Int64] = []
      for step in 0..<400 {
        switch Int.random(in: 0..<6, using: &generator) {
        case 0, 1:
          let new = job(step, of: ["a", "b", "c"][step % 3])
          ids += try ledger.insert(new, dueAt: .start, noticeAt: nil).map { [$0.id] } ?? []
        case 2:
          if let id = ids.randomElement(using: &generator) { try set(id, .lost, in: ledger) }
        case 3:
          if let id = ids.randomElement(using: &generator) { try set(id, .running, in: ledger) }
        case 4:
          guard let id = ids.randomElement(using: &generator) else { continue }
          var known = try #require(try ledger.job(id))
          known.state = .registered
          #expect(try ledger.insert(known, dueAt: .start, noticeAt: nil) == nil)
        default:
          _ = try ledger.prune(before: .start + .days(1), limit: 1)
          ids = try ids.filter { try ledger.job($0) != nil }
        }
        let watched = try ids.compactMap { try ledger.job($0) }.filter { $0.endedAt == nil }
        let counts = Dictionary(grouping: watched, by: \.key.account).mapValues(\.count)
        try #require(try ledger.standing().watched == counts, "after step \(step)")
      }
    }
  }

  @Test func `lets every job end where a recovery lost a count, and counts anew`() throws {
    try Place().ledger { ledger throws in
      let ids = try (0..<4).compactMap {
        try ledger.insert(job($0, of: ["a", "b"][$0 % 2]), dueAt: .start, noticeAt: nil)?.id
      }
      try ledger.execute("DELETE FROM watched WHERE account = 'b'", [])
      try ledger.execute("UPDATE watched SET jobs = 0", [])
      try set(ids[0], .lost, in: ledger)
      try set(ids[1], .lost, in: ledger)
      #expect(try ledger.standing().watched.isEmpty)
      try ledger.recountWatched()
      #expect(try ledger.standing().watched == ["a": 1, "b": 1])
    }
  }

  @Test func `counts a job at risk from when that is told to its next sighting, or its end`() throws
  {
    try Place().ledger { ledger throws in
      let ids = try (0..<3).compactMap {
        try ledger.insert(job($0, of: "a"), dueAt: .start, noticeAt: nil)?.id
      }
      let count = { try ledger.standing().atRisk }
      #expect(try count() == 0)
      for id in ids + ids.prefix(1) {
        try ledger.append(.sample(.jobAtRisk), of: id, to: [])
      }
      #expect(try count() == 3)
      // An answer that shows nothing of the job changes nothing about the risk.
      try set(ids[0], .running, in: ledger)
      #expect(try count() == 3)
      var seen = try #require(try ledger.job(ids[0]))
      (seen.firstSeenAt, seen.lastSeenAt) = (.start, .start)
      try ledger.save(seen, bodyHash: 5, dueAt: .start, noticeAt: nil)
      #expect(try count() == 2)
      try ledger.append(.sample(.jobAtRisk), of: ids[0], to: [])
      #expect(try count() == 3)
      #expect(
        try ledger.sight(
          ids[0], bodyHash: 5, knownAge: 0, at: .start, dueAt: .start, noticeAt: nil))
      #expect(try count() == 2)
      try set(ids[1], .lost, in: ledger)
      #expect(try count() == 1)
      try ledger.reopen(
        try #require(try ledger.job(ids[2])), dueAt: .start, noticeAt: nil)
      #expect(try count() == 0)
    }
  }

  @Test func `counts messages that wait, by channel, and those that were given up`() throws {
    try Place().ledger { ledger throws in
      for _ in 0..<3 { try ledger.append(.sample(), of: nil, to: ["hook", "journal"]) }
      let due = try ledger.dueMessages("hook", at: .start, limit: 2)
      let ways: [Ledger.Settlement] = [.delivered, .givenUp]
      for (message, way) in zip(due, ways) {
        try ledger.settle(message.id, way, outcome: .failed, startedAt: .start, at: .start)
      }
      let standing = try ledger.standing()
      #expect(standing == Standing(waiting: ["hook": 1, "journal": 3], givenUp: 1))
    }
  }
}

/// The same numbers in every run.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state ^ (state >> 33)
  }
}
