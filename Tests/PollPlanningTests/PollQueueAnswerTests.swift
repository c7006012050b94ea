import JobWatchCore
import Testing

@testable import PollPlanning

@Suite struct `A poll whose answer is on record` {
  @Test(
    "is planned at a price where no answer came sooner than its plan",
    arguments: [
      (1.0, true, true, true), (0.5, true, true, false), (1.0, false, true, false),
      (1.0, true, false, false),
    ])
  func planned(
    _ share: Double, _ isSighting: Bool, _ isRunning: Bool, _ isPlanned: Bool
  ) throws {
    var setting = PollQueueSetting()
    setting.add(PollQueueSetting.job(1, isAbsent: true))
    let poll = try setting.taken(at: .zero)
    let knowledge = setting.queue.knowledge(of: poll, at: .zero)
    let gap = knowledge.pace.gap(after: 100, jitterSeed: poll.jitterSeed)
    setting.queue.record(
      PollOutcome(
        next: .after(gap.scaled(by: share)), isFinal: false,
        span: isSighting ? WatchedSpan(known: 100) : nil, isWatched: isRunning),
      of: poll, knowledge, at: PollQueueSetting.moment(.zero))
    let next = try #require(setting.queue.first(setting.endpoint))
    #expect(next.due == gap.scaled(by: share) && next.isPlanned == isPlanned)
    #expect(!next.isPatient)
  }

  @Test func `waits behind the others while its job was never shown`() throws {
    var setting = PollQueueSetting()
    setting.add(PollQueueSetting.job(1, known: 0, isSeen: false))
    let poll = try setting.taken(at: .seconds(1))
    setting.record(PollOutcome(next: .after(.seconds(5)), isFinal: false, isShown: false), of: poll, at: .seconds(1))
    let next = try #require(setting.queue.first(setting.endpoint))
    #expect(next.isPatient && !next.isCounted && next.due == .seconds(6))
  }

  @Test func `teaches, and goes by the type that the answer named from then on`() throws {
    var setting = PollQueueSetting()
    setting.add(
      PollQueueSetting.job(1, type: DurationKey(service: "ecs", jobType: "", region: "eu-de"), known: 0, isFresh: true))
    let poll = try setting.taken(at: .zero)
    let knowledge = setting.queue.knowledge(of: poll, type: PollQueueSetting.type, at: .zero)
    #expect(knowledge.key == PollQueueSetting.type && knowledge.model.completions == 0)
    let outcome = PollOutcome(next: .after(.seconds(30)), isFinal: false, span: WatchedSpan(known: 2), isWatched: true)
    setting.queue.record(outcome, of: poll, knowledge, at: PollQueueSetting.moment(.seconds(2)))
    #expect(setting.queue.type(PollQueueSetting.type, at: .seconds(2)).running == 1)

    let last = try setting.taken(at: .minutes(1))
    let then = setting.queue.knowledge(of: last, at: .minutes(1))
    #expect(then.key == PollQueueSetting.type)
    var model = then.model
    model.finish(.at(20), of: last.span)
    setting.queue.record(
      PollOutcome(
        next: .never, isFinal: true,
        span: last.span, learned: model),
      of: last, then, at: PollQueueSetting.moment(.minutes(1)))
    let known = setting.queue.type(PollQueueSetting.type, at: .minutes(2))
    #expect(known.ended == 1 && known.running == 0)
  }

  @Test func `of a lost job has no deadline to be met`() throws {
    var setting = PollQueueSetting(retention: .hours(2))
    setting.add(PollQueueSetting.job(1, isAbsent: true), PollQueueSetting.job(2, due: .seconds(1), isAbsent: true))
    let poll = try setting.taken(at: .zero)
    #expect(poll.job == 1)
    setting.record(PollOutcome(next: .after(.minutes(90)), isFinal: true), of: poll, at: .zero)
    // The other is in danger of being deleted unseen by then.
    #expect(setting.take(at: .minutes(95))?.job == 2)
  }
}

@Suite struct `What a queue knows` {
  @Test func `is what was stored, and its jobs are counted anew`() throws {
    var setting = PollQueueSetting()
    var model = DurationModel()
    for _ in 0..<60 { model.finish(.at(300), of: WatchedSpan()) }
    setting.queue.enroll([PollQueueSetting.job(1)], at: PollQueueSetting.moment(.zero))
    setting.queue.restore(learned: [(PollQueueSetting.type, model.bytes)], ends: [PollQueueSetting.type])
    setting.queue.admit(at: .zero)
    #expect(setting.state == PollQueueSetting.State())
    setting.queue.watch(WatchedSpan(known: 10), of: PollQueueSetting.type)
    let known = setting.queue.type(PollQueueSetting.type, at: .zero)
    #expect((known.ended, known.running) == (60, 1))
    #expect(known.stuckAge.map { $0 > 300 } == true)
  }

  @Test func `leaves out models that it cannot read, and names them`() {
    var setting = PollQueueSetting()
    let (good, other) = (PollQueueSetting.type, DurationKey(service: "ecs", jobType: "other", region: "eu-de"))
    var model = DurationModel()
    model.finish(.at(300), of: WatchedSpan())
    let unreadable = setting.queue.restore(learned: [(other, [2] + model.bytes.dropFirst()), (good, model.bytes)])
    #expect(unreadable == [other])
    let ended = [good, other].map { setting.queue.type($0, at: .zero).ended }
    #expect(ended == [1, 0])
  }

  @Test func `of its limiters goes over a restart with the price that they had come to`() throws {
    var setting = PollQueueSetting(quota: Quota(calls: 20, per: .hours(1)))
    setting.queue[limiter: setting.endpoint].throttled(
      Throttle(limit: 10, window: .hours(1), code: "APIGW.0308"), at: .seconds(1))
    let now = PollQueueSetting.moment(.seconds(2))
    var records = setting.queue.dueRecords(at: now)
    #expect(records.map(\.key) == [PollQueueSetting.key] && records[0].savedAt == now.wall)
    setting.queue.noteSaved(records)
    #expect(setting.queue.dueRecords(at: now).isEmpty)
    #expect(setting.queue.lastRecords(at: now).count == 1)

    records[0].price = 77
    var next = PollQueueSetting(quota: Quota(calls: 20, per: .hours(1)))
    #expect(next.queue.lastRecords(at: now).isEmpty)
    next.queue.restore(records, at: now)
    #expect(next.queue.price(next.endpoint) == 77)
    let limiter = next.queue[limiter: next.endpoint]
    #expect(limiter.readyAt(now.uptime).map { $0 > .hours(1) } == true)
  }

  @Test func `of a target is the price that meets it, everywhere`() {
    var setting = PollQueueSetting(polling: PollPolicy(target: .seconds(30)))
    let other = setting.queue.addEndpoint(EndpointKey(account: "prod", service: "dcs"))
    #expect(setting.queue.price(other) == 0.01)
    setting.add(PollQueueSetting.job(1))
    setting.queue.reprice(at: .zero)
    let price = setting.queue.price(setting.endpoint)
    #expect(price > 1 && setting.queue.price(other) == price)
    let plan = setting.queue.plan(of: PollQueueSetting.type, price: price, at: .zero)
    #expect(abs(plan.meanLatency - 30) < 3)
  }

  @Test func `of a job foretells what the queue then does`() throws {
    var setting = PollQueueSetting()
    let now = PollQueueSetting.moment(.zero)
    var job = Job(
      key: JobKey(account: "prod", service: "ecs", jobID: "a"), projectID: "p", region: "eu-de",
      submittedAt: now.wall, registeredAt: now.wall)
    job.hint.jobType = "createServer"
    let row = ScheduledJob(
      id: 1, endpoint: job.key.endpoint, type: job.durationKey, jitterSeed: job.key.jitterSeed, state: job.state,
      span: job.span, isWatched: job.isWatched, knownAt: now.wall, dueAt: now.wall, isFresh: true, isSeen: false)
    let forecast = setting.queue.forecast(of: job, Policies(), dueAt: now.wall, obstacle: nil, at: now)
    setting.add(row)
    let poll = try #require(setting.queue.first(setting.endpoint))
    #expect(forecast.nextPoll == now.wall + poll.due)
    #expect(forecast.price == 5)
  }
}
