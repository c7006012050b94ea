import JobWatchCore
import JobWatchStore
import TestSupport
import Testing

@testable import JobWatchDaemon
@testable import PollPlanning

@Suite struct `An answer on record` {
  let start = Timestamp(milliseconds: 1_795_000_000_000)
  let context = PollContext(Policies(retention: RetentionPolicy(finished: .days(1))))

  @Test func `of a lost job whose window is over ends the polls, also over a restart`() async throws {
    try await withStore { store in
      let job = try await store.write { transaction in
        var job = try insert("p", into: transaction)
        (job.state, job.firstSeenAt, job.lastSeenAt, job.endedAt) = (.lost, start, start, start)
        try transaction.jobs.save(job, bodyHash: nil, dueAt: start, noticeAt: nil)
        return job
      }
      for (time, isPolled) in [(start + .hours(2), true), (start + .days(2), false)] {
        let record = record(Answer(.absent(code: "Common.0011")), of: job, at: time)
        let outcome = try await store.write { try record.commit($0) }
        #expect(outcome.isFinal && (outcome.next == .never) != isPolled)
        #expect(try await store.read { try $0.jobs.schedule().isEmpty } != isPolled)
      }
    }
  }

  @Test func `binds a job to the project that it was asked for in, and no other ever after`()
    async throws
  {
    try await withStore { store in
      let job = try await store.write { try insert("", into: $0) }
      for (project, state) in [("found", JobState.running), ("another", .succeeded)] {
        let answer = Answer(
          .seen(state, JobReport(rawStatus: state.rawValue)),
          evidence: Evidence(httpStatus: 200, body: Array(project.utf8)))
        let record = record(answer, of: job, in: project, at: start)
        _ = try await store.write { try record.commit($0) }
        #expect(try await store.read { try $0.jobs.find(job.id)?.projectID } == "found")
      }
    }
  }

  /// A running job whose record always says the same.
  private var running: Answer {
    let begin = CloudTime(raw: "", instant: start)
    return Answer(
      .seen(.running, JobReport(rawStatus: "RUNNING", begin: begin)),
      evidence: Evidence(httpStatus: 200, body: Array("{}".utf8)))
  }

  @Test func `tells once that a job is stuck of which every answer says the same`() async throws {
    try await withStore { store in
      let job = try await store.write { try insert("p", into: $0) }
      var context = PollContext(Policies())
      (context.stuckAge, context.completions) = (.minutes(10), 60)
      for (minute, events) in [(1, 1), (2, 1), (9, 1), (10, 2), (11, 2), (90, 2)] {
        let time = start + .minutes(minute)
        let record = record(running, of: job, at: time, under: context)
        _ = try await store.write { try record.commit($0) }
        // Without gaps: the number of events so far.
        #expect(try await store.read { try $0.events.lastSeq() } == events, "at \(minute) min")
      }
      #expect(try await store.read { try $0.jobs.find(job.id)?.notices.stuckAt } == start + .minutes(10))
    }
  }

  @Test
  func `plans as the decision would, though it does not read the row of a job that says the same`()
    async throws
  {
    var context = context
    context.policies.polling.stuckAfter = .minutes(50)
    for expectation in [nil, Duration.minutes(20), .hours(3)] {
      try await withStore { store in
        let inserted = try await store.write { try insert("p", expectation, into: $0) }
        var job = inserted
        for minute in stride(from: 1, through: 300, by: 7) {
          let time = start + .minutes(minute)
          let decision = job.observe(running.observation, evidence: running.evidence, at: time, under: context)
          let record = record(running, of: job, at: time, under: context)
          let outcome = try await store.write { try record.commit($0) }
          #expect(outcome.next == decision.next, "at \(minute) min")
          guard case .after(let gap) = outcome.next else { return }
          #expect(try await store.read { try $0.jobs.nextPoll(of: inserted.id) } == time + gap)
          for limit in [expectation, .minutes(50)].compactMap({ $0 }) where .minutes(minute) < limit {
            #expect(time + gap <= start + limit, "at \(minute) min")
          }
          job = decision.job
        }
        let stored = try await store.read { try $0.jobs.find(inserted.id) }
        #expect(stored?.span == job.span && stored?.notices == job.notices)
      }
    }
  }

  @Test func `that says what it said is understood once a later version knows its word`()
    async throws
  {
    for (state, word) in [(JobState.pending, "WAITING_EXECUTE"), (.failed, "Canceled")] {
      try await withStore { store in
        let job = try await store.write { try insert("p", into: $0) }
        let report = JobReport(rawStatus: word, begin: CloudTime(raw: "", instant: start))
        let body = Evidence(httpStatus: 200, body: Array("{}".utf8))
        let versions = [Observation.unrecognised(report), .seen(state, report)]
        for (minute, observation) in versions.enumerated() {
          let record = record(Answer(observation, evidence: body), of: job, at: start + .minutes(minute))
          _ = try await store.write { try record.commit($0) }
        }
        let known = try await store.read { try $0.jobs.find(job.id) }
        #expect(known?.state == state && known?.unknownWord == nil)
      }
    }
  }

  private func insert(_ project: String, _ expectation: Duration? = nil, into transaction: Transaction) throws -> Job {
    let new = Job(
      key: JobKey(account: "prod", service: "ecs", jobID: "ff80"), projectID: project, region: "r",
      hint: Job.Hint(expectWithin: expectation), submittedAt: start, registeredAt: start)
    return try #require(try transaction.jobs.insert(new, dueAt: start, noticeAt: nil))
  }

  private func record(
    _ answer: Answer, of job: Job, in project: String = "p", at time: Timestamp, under context: PollContext? = nil
  ) -> PollTransaction {
    let key = DurationKey(service: "ecs", jobType: "createServer", region: "r")
    var book = DurationBook()
    return PollTransaction(
      poll: ScheduledPoll(
        job: job.id, endpoint: PollQueue.Endpoint(number: 0), type: book.id(of: key),
        jitterSeed: job.key.jitterSeed, span: job.span,
        isWatched: job.isWatched, knownAt: .zero), projectID: project, answer: answer, at: time,
      context: context ?? self.context, routes: RouteTable(channels: [], routes: []), key: key,
      model: DurationModel())
  }
}
