import JobWatchCore
import TestSupport
import Testing

@testable import JobWatchStore

@Suite struct `The jobs that run` {
  private let context = PollContext(Policies(retention: RetentionPolicy(finished: .days(1))))

  /// One of each state, seen a minute after it began, and one that was never seen.
  private func fill(_ transaction: Transaction) throws {
    var number = 0
    for state in [JobState.registered, .pending, .running, .awaitingPayment, .succeeded, .lost] {
      for service in ["ecs", "dcs"] {
        number += 1
        var job = Job.sample("job\(number)")
        job.key.service = service
        guard var stored = try transaction.jobs.insert(job, dueAt: .start, noticeAt: nil) else { continue }
        if state == .registered { continue }
        let report = JobReport(jobType: "createServer", rawStatus: "", begin: CloudTime(raw: "", instant: .start))
        stored = stored.observe(.seen(.running, report), at: .start + .minutes(1), under: context).job
        stored.state = state
        stored.endedAt = state.isFinal ? .start : nil
        if number == 5 { stored.paidAt = .start }
        try transaction.jobs.save(stored, bodyHash: nil, dueAt: state == .succeeded ? nil : .start, noticeAt: nil)
      }
    }
  }

  @Test func `are those that the schedule counts, and no others`() throws {
    try Place().transaction { transaction throws in
      try fill(transaction)
      let watched = try transaction.jobs.schedule().filter(\.isWatched)
      #expect(watched.count == 3)
      for service in [nil, "ecs", "dcs", "none"] {
        var spans: [String: [WatchedSpan]] = [:]
        try transaction.jobs.forEachRunning(of: ["prod"], service: service) { key, span in
          #expect(key.jobType == "createServer" && key.region == "eu-de")
          spans[key.service, default: []].append(span)
        }
        let expected = watched.filter { service == nil || $0.endpoint.service == service }
        #expect(spans == Dictionary(grouping: expected, by: \.endpoint.service).mapValues { $0.map(\.span) })
      }
      try transaction.jobs.forEachRunning(of: ["other"], service: nil) { key, _ in
        Issue.record("\(key)")
      }
    }
  }
}
