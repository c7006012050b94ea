import GRDB
import JobWatchCore
import TestSupport
import Testing

@testable import JobWatchStore

@Suite struct `How things stand` {
  private func job(_ number: Int, of account: String) -> Job {
    var job = Job.sample("job\(number)")
    job.key = JobKey(account: account, service: "ecs", jobID: "job\(number)")
    return job
  }

  /// Ends a job, or lets it run again.
  private func set(_ id: Int64, _ state: JobState, in transaction: Transaction) throws {
    var job = try #require(try transaction.jobs.find(id))
    (job.state, job.endedAt) = (state, state.isFinal ? .start : nil)
    try transaction.jobs.save(job, bodyHash: nil, dueAt: nil, noticeAt: nil)
  }

  @Test func `counts by account the jobs that have not ended, whatever happens to them`() throws {
    try Place().transaction { transaction throws in
      var generator = SeededGenerator(7)
      var ids: [Int64] = []
      for step in 0..<400 {
        switch Int.random(in: 0..<6, using: &generator) {
        case 0, 1:
          let new = job(step, of: ["a", "b", "c"][step % 3])
          ids += try transaction.jobs.insert(new, dueAt: .start, noticeAt: nil).map { [$0.id] } ?? []
        case 2:
          if let id = ids.randomElement(using: &generator) { try set(id, .lost, in: transaction) }
        case 3:
          if let id = ids.randomElement(using: &generator) { try set(id, .running, in: transaction) }
        case 4:
          guard let id = ids.randomElement(using: &generator) else { continue }
          var known = try #require(try transaction.jobs.find(id))
          known.state = .registered
          #expect(try transaction.jobs.insert(known, dueAt: .start, noticeAt: nil) == nil)
        default:
          _ = try transaction.prune(before: .start + .days(1), limit: 1)
          ids = try ids.filter { try transaction.jobs.find($0) != nil }
        }
        let watched = try ids.compactMap { try transaction.jobs.find($0) }.filter {
          $0.endedAt == nil
        }
        let counts = Dictionary(grouping: watched, by: \.key.account).mapValues(\.count)
        try #require(try transaction.totals().watched == counts, "after step \(step)")
      }
    }
  }

  @Test func `lets every job end where a recovery lost a count, and counts anew`() throws {
    try Place().transaction { transaction throws in
      let ids = try (0..<4).compactMap {
        try transaction.jobs.insert(job($0, of: ["a", "b"][$0 % 2]), dueAt: .start, noticeAt: nil)?
          .id
      }
      try transaction.db.run("DELETE FROM watched WHERE account = 'b'", [])
      try transaction.db.run("UPDATE watched SET jobs = 0", [])
      try set(ids[0], .lost, in: transaction)
      try set(ids[1], .lost, in: transaction)
      #expect(try transaction.totals().watched.isEmpty)
      try transaction.jobs.recountWatched()
      #expect(try transaction.totals().watched == ["a": 1, "b": 1])
    }
  }

  @Test func `counts a job at risk from when that is told to its next sighting, or its end`() throws {
    try Place().transaction { transaction throws in
      let ids = try (0..<3).compactMap {
        try transaction.jobs.insert(job($0, of: "a"), dueAt: .start, noticeAt: nil)?.id
      }
      let count = { try transaction.totals().atRisk }
      #expect(try count() == 0)
      for id in ids + ids.prefix(1) {
        try transaction.append(.sample(.jobAtRisk), of: id, to: [])
      }
      #expect(try count() == 3)
      // An answer that shows nothing of the job changes nothing about the risk.
      try set(ids[0], .running, in: transaction)
      #expect(try count() == 3)
      var seen = try #require(try transaction.jobs.find(ids[0]))
      (seen.firstSeenAt, seen.lastSeenAt) = (.start, .start)
      try transaction.jobs.save(seen, bodyHash: 5, dueAt: .start, noticeAt: nil)
      #expect(try count() == 2)
      try transaction.append(.sample(.jobAtRisk), of: ids[0], to: [])
      #expect(try count() == 3)
      #expect(
        try transaction.jobs.sight(ids[0], bodyHash: 5, knownAge: 0, at: .start, dueAt: .start, noticeAt: nil) != nil)
      #expect(try count() == 2)
      try set(ids[1], .lost, in: transaction)
      #expect(try count() == 1)
      try transaction.jobs.reopen(try #require(try transaction.jobs.find(ids[2])), dueAt: .start, noticeAt: nil)
      #expect(try count() == 0)
    }
  }

  @Test func `counts messages that wait, by channel, and those that were given up`() throws {
    try Place().transaction { transaction throws in
      for _ in 0..<3 { try transaction.append(.sample(), of: nil, to: ["hook", "journal"]) }
      let due = try transaction.messages.due("hook", at: .start, limit: 2)
      let ways: [MessageTable.Settlement] = [.delivered, .givenUp]
      for (message, way) in zip(due, ways) {
        try transaction.messages.settle(message.id, way, outcome: .failed, startedAt: .start, at: .start)
      }
      let totals = try transaction.totals()
      #expect(totals == Totals(waiting: ["hook": 1, "journal": 3], givenUp: 1))
    }
  }
}
