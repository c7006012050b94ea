import CloudAPI
import JobWatchCore
import TestSupport
import Testing

@testable import JobWatchDaemon
@testable import JobWatchStore
@testable import PollPlanning

@Suite struct `What a job teaches` {
  let start = Timestamp(milliseconds: 1_795_000_000_000)
  let key = DurationKey(service: "ecs", jobType: "createServer", region: "r")

  @Test func `is on record with its end, and counts the answers that it took`() async throws {
    try await withStore { store in
      let job = try await insert("a", into: store)
      #expect(try await answer(.running, after: 40, job, store).learned == nil)
      #expect(try await store.read { try $0.durations.find(key) } == nil)
      let learned = try await answer(.succeeded, after: 70, ended: 60, job, store).learned
      let row = try #require(try await store.read { try $0.durations.find(key) })
      #expect(learned?.completions == 1 && row.model == learned?.bytes)
      #expect(row.tally.jobs == 1 && row.tally.polls == 2 && row.tally.timedJobs == 1)
      #expect(row.tally.latency == .seconds(10) && row.tally.fixedPolls == 6)
    }
  }

  @Test func `is added to what others taught since its call began`() async throws {
    try await withStore { store in
      for (id, duration) in [("a", 60), ("b", 65)] {
        let job = try await insert(id, into: store)
        // Both begin from a model that knows nothing.
        _ = try await answer(.failed, after: duration + 5, ended: duration, job, store)
      }
      let row = try #require(try await store.read { try $0.durations.find(key) })
      let model = try #require(DurationModel(bytes: row.model))
      #expect(model.completions == 2 && row.tally.jobs == 2)
      #expect(model.distribution().survival(at: 50) > 0.7 && model.distribution().survival(at: 80) < 0.25)
    }
  }

  @Test func `replaces no model that cannot be read`() async throws {
    try await withStore { store in
      let later: [UInt8] = [2, 1, 2, 3]
      try await store.write { try $0.durations.save(later, .zero, of: key, taughtAt: start) }
      let job = try await insert("a", into: store)
      #expect(try await answer(.succeeded, after: 70, ended: 60, job, store).learned?.completions == 1)
      let row = try #require(try await store.read { try $0.durations.find(key) })
      #expect(row.model == later && row.tally.jobs == 1)
    }
  }

  @Test func `is deleted where there are too many types, also after that could not be stored`() async throws {
    try await withStore { store in
      let types = (0..<1024).map { DurationKey(service: "ecs", jobType: "t\($0)", region: "r") }
      var model = DurationModel()
      model.finish(.at(60), of: WatchedSpan())
      try await store.write { [model, start] transaction in
        for type in types { try transaction.durations.save(model.bytes, .zero, of: type, taughtAt: start) }
        try transaction.db.run(
          "CREATE TRIGGER kept BEFORE DELETE ON duration BEGIN SELECT RAISE(ABORT, 'the disk is full'); END")
      }
      let clock = ManualClock(start)
      var setup = PollerSetup()
      setup.clock = { clock.now }
      let poller = try setup.poller(store) { _, _, _ async throws(HTTPFailure) in throw HTTPFailure(.timeout, "x") }
      try await poller.load(at: clock.now)
      try await store.register([.registered("a", at: start, hint: Job.Hint(jobType: "another"))])
      _ = try await store.write { [start] in
        try $0.append(EventDraft(.jobRegistered, at: start, EventData(summary: "x")), of: 1, to: [])
      }
      clock.pass(.minutes(1))
      _ = try await poller.work(at: clock.now)
      #expect(try await store.read { try $0.durations.all().count } == types.count)
      try await store.write { try $0.db.run("DROP TRIGGER kept") }
      clock.pass(.minutes(1))
      _ = try await poller.work(at: clock.now)
      #expect(try await store.read { try $0.durations.all().count } == types.count - 1)
      await poller.finish()
    }
  }

  @Test func `is not on record when its end is not`() async throws {
    struct Undo: Error {}
    try await withStore { store in
      let job = try await insert("a", into: store)
      let record = record(.succeeded, after: 70, ended: 60, job)
      await #expect(throws: Undo.self) {
        try await store.write { transaction in
          _ = try record.commit(transaction)
          throw Undo()
        }
      }
      #expect(try await store.read { try $0.durations.find(key) } == nil)
      #expect(try await answer(.succeeded, after: 75, ended: 60, job, store).learned?.completions == 1)
    }
  }

  @Test func `is nothing while it is out of reach, and no end when it is lost`() async throws {
    try await withStore { store in
      let job = try await insert("a", into: store)
      _ = try await answer(.running, after: 40, job, store)
      for observation in [Observation.unreachable(""), .garbled(""), .busy(""), .absent(code: "")] {
        let record = record(observation, after: 100, job)
        #expect(try await store.write { try record.commit($0) }.learned == nil)
      }
      for time in [160, 300] {
        let record = record(.absent(code: ""), after: time, job)
        _ = try await store.write { try record.commit($0) }
      }
      #expect(try await store.read { try $0.jobs.find(job.id)?.state } == .lost)
      let row = try #require(try await store.read { try $0.durations.find(key) })
      #expect(row.tally.jobs == 0)
      let model = try #require(DurationModel(bytes: row.model))
      // It ran for 40 s at least: that much is known of its like.
      #expect(model.completions == 0)
      #expect(model.distribution().survival(at: 40) > DurationModel().distribution().survival(at: 40))
    }
  }

  @Test func `is its end within the last gap where its record has no end time`() async throws {
    try await withStore { store in
      let job = try await insert("a", into: store)
      _ = try await answer(.running, after: 40, job, store)
      let learned = try await answer(.succeeded, after: 60, job, store).learned
      let share = { (law: DurationDistribution) in law.survival(at: 39) - law.survival(at: 62) }
      #expect(share(try #require(learned).distribution()) > 2 * share(DurationModel().distribution()))
      let tally = try await store.read { try $0.durations.find(key)?.tally }
      #expect(tally?.jobs == 1 && tally?.timedJobs == 0)
    }
  }

  @Test func `is nothing when it had to be paid`() async throws {
    try await withStore { store in
      let job = try await insert("a", into: store)
      _ = try await answer(.awaitingPayment, after: 10, job, store)
      _ = try await answer(.running, after: 5000, job, store)
      let paid = try await store.read { try $0.jobs.find(job.id) }
      #expect(paid?.paidAt == start + .seconds(5000) && paid?.isWatched == false)
      #expect(try await answer(.succeeded, after: 5100, ended: 5090, job, store).learned == nil)
    }
  }

  // MARK: -

  private func insert(_ id: String, into store: Store) async throws -> Job {
    let new = Job(
      key: JobKey(account: "prod", service: "ecs", jobID: id), projectID: "p", region: "r",
      submittedAt: start, registeredAt: start)
    return try #require(try await store.write { try $0.jobs.insert(new, dueAt: start, noticeAt: nil) })
  }

  private func answer(
    _ state: JobState, after seconds: Int, ended: Int? = nil, _ job: Job, _ store: Store
  ) async throws -> PollOutcome {
    let record = record(state, after: seconds, ended: ended, job)
    return try await store.write { try record.commit($0) }
  }

  private func record(_ state: JobState, after seconds: Int, ended: Int? = nil, _ job: Job) -> PollTransaction {
    let time = { (seconds: Int) in CloudTime(raw: "", instant: start + .seconds(seconds)) }
    let report = JobReport(jobType: key.jobType, rawStatus: state.rawValue, begin: time(0), end: ended.map(time))
    return record(.seen(state, report), after: seconds, job)
  }

  private func record(_ observation: Observation, after seconds: Int, _ job: Job) -> PollTransaction {
    var book = DurationBook()
    let body = Array("\(observation)".utf8)
    return PollTransaction(
      poll: ScheduledPoll(
        job: job.id, endpoint: PollQueue.Endpoint(number: 0), type: book.id(of: key),
        jitterSeed: job.key.jitterSeed, span: job.span,
        isWatched: job.isWatched, knownAt: .zero),
      projectID: "p", answer: Answer(observation, evidence: Evidence(httpStatus: 200, body: body)),
      at: start + .seconds(seconds),
      context: PollContext(Policies(retention: RetentionPolicy(finished: .days(1), unpaid: .days(14)))),
      routes: RouteTable(channels: [], routes: []), key: key, model: DurationModel())
  }
}
