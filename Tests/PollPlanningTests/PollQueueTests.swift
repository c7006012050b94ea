import JobWatchCore
import Testing

@testable import PollPlanning

@Suite struct `The queue of polls` {
  typealias State = PollQueueSetting.State

  /// What is done with the one job, which was taken at 1 s, and what the queue says then.
  struct Transition: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var job = PollQueueSetting.job(1)
    var change: @Sendable (inout PollQueueSetting, ScheduledPoll) -> Void
    var state: State
    /// When the job is due then; nil: never.
    var due: Duration?
  }

  static let seen = WatchedSpan(known: 101)

  static let transitions = [
    Transition(testDescription: "taken", change: { _, _ in }, state: State(inFlight: 1, watched: 1, running: 1)),
    Transition(
      testDescription: "withdrawn", change: { $0.queue.withdraw($1) },
      state: State(waiting: 1, watched: 1, running: 1), due: .zero),
    Transition(
      testDescription: "withdrawn for a while", change: { $0.queue.withdraw($1, until: .seconds(9)) },
      state: State(waiting: 1, watched: 1, running: 1), due: .seconds(9)),
    Transition(
      testDescription: "put back for a while", change: { $0.queue.putBack($1, until: .seconds(9)) },
      state: State(waiting: 1, watched: 1, running: 1), due: .seconds(9)),
    Transition(testDescription: "parked", change: { $0.queue.park($1) }, state: State(parked: 1, running: 1)),
    Transition(
      testDescription: "parked, and submitted again",
      change: {
        $0.queue.park($1)
        $0.add(PollQueueSetting.job(1, due: .seconds(7)), at: .seconds(2))
      }, state: State(waiting: 1, watched: 1, running: 1), due: .seconds(7)),
    Transition(
      testDescription: "parked, and its account is what it was",
      change: {
        $0.queue.park($1)
        $0.queue.unpark($0.endpoint, at: .seconds(2))
        $0.queue.unpark($0.endpoint, at: .seconds(3))
      }, state: State(waiting: 1, watched: 1, running: 1), due: .seconds(2)),
    Transition(
      testDescription: "submitted again during its call",
      change: { setting, _ in
        setting.add(PollQueueSetting.job(1, due: .seconds(7)), at: .seconds(1))
      }, state: State(inFlight: 1, watched: 1, running: 1)),
    Transition(
      testDescription: "submitted again during its call, which brought nothing",
      change: {
        $0.add(PollQueueSetting.job(1, due: .seconds(7)), at: .seconds(1))
        $0.queue.putBack($1)
      }, state: State(waiting: 1, watched: 1, running: 1), due: .zero),
    Transition(
      testDescription: "seen, and not running",
      change: {
        $0.record(PollOutcome(next: .after(.seconds(20)), isFinal: false, span: seen), of: $1, at: .seconds(1))
      }, state: State(waiting: 1, watched: 1), due: .seconds(21)),
    Transition(
      testDescription: "not seen",
      change: {
        $0.record(
          PollOutcome(next: .after(.seconds(20)), isFinal: false), of: $1, at: .seconds(1))
      }, state: State(waiting: 1, watched: 1, running: 1), due: .seconds(21)),
    Transition(
      testDescription: "seen running",
      change: {
        $0.record(
          PollOutcome(next: .after(.seconds(20)), isFinal: false, span: seen, isWatched: true), of: $1, at: .seconds(1))
      }, state: State(waiting: 1, watched: 1, running: 1), due: .seconds(21)),
    Transition(
      testDescription: "throttled",
      change: {
        $0.record(PollOutcome(next: .whenAllowed, isFinal: false), of: $1, at: .seconds(1))
      }, state: State(waiting: 1, watched: 1, running: 1), due: .zero),
    Transition(
      testDescription: "seen ended",
      change: {
        $0.record(
          PollOutcome(next: .never, isFinal: true, span: seen), of: $1, at: .seconds(1))
      }, state: State()),
    Transition(
      testDescription: "gone before it was seen running", job: PollQueueSetting.job(1, known: 0, isSeen: false),
      change: {
        $0.record(PollOutcome(next: .never, isFinal: true), of: $1, at: .seconds(1))
      }, state: State()),
    Transition(
      testDescription: "lost, and looked for",
      change: {
        let span = WatchedSpan(known: 100)
        $0.record(PollOutcome(next: .after(.hours(1)), isFinal: true, span: span), of: $1, at: .seconds(1))
      }, state: State(waiting: 1), due: .hours(1) + .seconds(1)),
    Transition(
      testDescription: "lost, and found", job: PollQueueSetting.job(1, state: .lost),
      change: {
        $0.record(
          PollOutcome(next: .after(.seconds(20)), isFinal: false, span: seen, isWatched: true), of: $1, at: .seconds(1))
      }, state: State(waiting: 1, watched: 1, running: 1), due: .seconds(21)),
    Transition(
      testDescription: "lost, and parked", job: PollQueueSetting.job(1, state: .lost),
      change: { $0.queue.park($1) }, state: State(parked: 1)),
    Transition(
      testDescription: "lost, parked, and its account is what it was", job: PollQueueSetting.job(1, state: .lost),
      change: {
        $0.queue.park($1)
        $0.queue.unpark($0.endpoint, at: .seconds(2))
      }, state: State(waiting: 1), due: .seconds(2)),
    Transition(
      testDescription: "lost, and not looked for any more", job: PollQueueSetting.job(1, state: .lost),
      change: {
        $0.record(PollOutcome(next: .never, isFinal: true), of: $1, at: .seconds(1))
      }, state: State()),
  ]

  @Test("keeps its counts through each transition", arguments: transitions)
  func transition(_ case: Transition) throws {
    var setting = PollQueueSetting(polling: PollPolicy(fixed: .seconds(20)))
    setting.add(`case`.job)
    let poll = try setting.taken(at: .seconds(1))
    `case`.change(&setting, poll)
    #expect(setting.state == `case`.state)
    #expect(setting.queue.first(setting.endpoint)?.due == `case`.due)
  }

  @Test(
    "takes in what was submitted again meanwhile, unless its answer came first",
    arguments: [
      (PollOutcome(next: .never, isFinal: true), Duration.seconds(7)),
      (PollOutcome(next: .after(.hours(1)), isFinal: true), .seconds(7)),
      (PollOutcome(next: .after(.seconds(50)), isFinal: false), .seconds(51)),
    ])
  func renewed(_ outcome: PollOutcome, _ due: Duration) throws {
    var setting = PollQueueSetting(polling: PollPolicy(fixed: .seconds(20)))
    setting.add(PollQueueSetting.job(1))
    let poll = try setting.taken(at: .seconds(1))
    setting.add(PollQueueSetting.job(1, due: .seconds(7), state: .registered), at: .seconds(1))
    #expect(setting.state.waiting == 0)
    let again = setting.record(outcome, of: poll, at: .seconds(1))
    #expect((again != nil) == (due == .seconds(7)))
    #expect(setting.state == State(waiting: 1, watched: 1, running: 1))
    #expect(setting.queue.first(setting.endpoint)?.due == due)
    // Nothing of it is left for the next time.
    let next = try setting.taken(at: due)
    #expect(setting.record(PollOutcome(next: .never, isFinal: true), of: next, at: due) == nil)
  }

  @Test func `takes a lost job for a watched one when it is submitted again during its call`()
    throws
  {
    var setting = PollQueueSetting(polling: PollPolicy(fixed: .seconds(20)))
    setting.add(PollQueueSetting.job(1, state: .lost))
    let poll = try setting.taken(at: .seconds(1))
    setting.add(PollQueueSetting.job(1, due: .seconds(7), state: .registered), at: .seconds(1))
    let again = setting.record(PollOutcome(next: .after(.seconds(50)), isFinal: false), of: poll, at: .seconds(1))
    #expect(again?.state == .registered)
    #expect(setting.state.watched == 1)
    let next = try setting.taken(at: .seconds(7))
    #expect(!next.isLost)
  }

  @Test func `takes a job that is submitted again for one, wherever it stands`() {
    var setting = PollQueueSetting()
    setting.add(PollQueueSetting.job(1, due: .hours(1), state: .lost), PollQueueSetting.job(2))
    #expect(setting.state == State(waiting: 2, watched: 1, running: 1))
    setting.add(PollQueueSetting.job(1, state: .registered))
    #expect(setting.state == State(waiting: 2, watched: 2, running: 2))
  }

  @Test func `knows no job of an endpoint that it does not have`() {
    var setting = PollQueueSetting()
    var job = PollQueueSetting.job(1)
    job.endpoint.account = "another"
    setting.add(job)
    #expect(setting.state == State())
  }

  @Test func `has no more calls under way than its concurrency at each endpoint`() {
    var setting = PollQueueSetting(quota: Quota(calls: 10_000, per: .seconds(1)))
    let other = setting.queue.addEndpoint(
      EndpointKey(account: "prod", service: "dcs"), quota: Quota(calls: 200, per: .seconds(1)))
    for id in 0..<100 { setting.add(PollQueueSetting.job(Int64(id), isAbsent: true)) }
    var job = PollQueueSetting.job(100, isAbsent: true)
    job.endpoint.service = "dcs"
    setting.add(job)
    var polls: [ScheduledPoll] = []
    while let poll = setting.take(at: .seconds(1)) { polls.append(poll) }
    #expect(polls.count == EndpointQueue.concurrency)
    #expect(setting.queue.readyAt(setting.endpoint, .seconds(1)) == nil)
    #expect(setting.queue.take(from: other, at: .seconds(1))?.job == 100)
    setting.record(PollOutcome(next: .never, isFinal: true), of: polls[0], at: .seconds(1))
    #expect(setting.queue.readyAt(setting.endpoint, .seconds(1)) != nil)
    #expect(setting.take(at: .seconds(1)) != nil)
  }

  @Test func `has a call to spare where nothing is due and two may be made`() {
    var setting = PollQueueSetting(quota: Quota(calls: 40, per: .hours(1)))
    let (endpoint, now) = (setting.endpoint, PollQueueSetting.moment(.seconds(1)))
    // No call may be made that is not on record.
    #expect(!setting.queue.hasSpareCall(endpoint, at: now.uptime))
    setting.queue[limiter: endpoint].spend(at: now.uptime)
    setting.queue.noteSaved(setting.queue.dueRecords(at: now))
    #expect(setting.queue.hasSpareCall(endpoint, at: now.uptime))
    setting.add(PollQueueSetting.job(1, due: .seconds(9)))
    #expect(setting.queue.hasSpareCall(endpoint, at: now.uptime))
    #expect(!setting.queue.hasSpareCall(endpoint, at: .hours(1)))
    for _ in 0..<38 { setting.queue[limiter: endpoint].spend(at: now.uptime) }
    setting.queue.noteSaved(setting.queue.dueRecords(at: now))
    #expect(!setting.queue.hasSpareCall(endpoint, at: now.uptime))
  }
}
