import CloudAPI
import Foundation
@testable import JobWatchCore
import JobWatchStore
import Synchronization
import TestSupport
import Testing

@testable import JobWatchConfiguration
@testable import JobWatchDaemon

@Suite struct `A poller` {
  @Test(
    "does not let one job that alone is forbidden keep the others of its service waiting",
    .timeLimit(.minutes(10)))
  func oddJob() async throws {
    let directory = try TemporaryDirectory()
    defer { withExtendedLifetime(directory) {} }
    let store = try Store(path: directory.database)
    let now = SystemClock.now().wall
    // The odd one is the longest due: it is asked for first.
    try await insert("odd", dueAt: now - .hours(1), into: store)
    try await insert("fine", dueAt: now, into: store)

    let (asked, noted) = AsyncStream.makeStream(of: String.self)
    let (poller, setup) = try poller(store) { request, _, _ async throws(HTTPFailure) in
      let isOdd = request.url.hasSuffix("odd")
      noted.yield(isOdd ? "odd" : "fine")
      let body =
        isOdd
        ? #"{"error": {"code": "Pdp.0001", "message": "not allowed"}}"#
        : #"{"job_id": "fine", "job_type": "createServer", "status": "SUCCESS"}"#
      return HTTPResponse(status: isOdd ? 403 : 200, body: Array(body.utf8))
    }
    try await setup.run(poller) {
      #expect(await asked.first { _ in true } == "odd")
      #expect(await asked.first { $0 == "fine" } == "fine")
    }
    try store.close()
  }

  @Test(
    "asks first for a job of a known type when its end is expected, unless that is planned sooner",
    arguments: [(Duration?.none, false), (.seconds(7), true), (.hours(7), false)])
  func expected(_ expectation: Duration?, _ isThen: Bool) async throws {
    let directory = try TemporaryDirectory()
    defer { withExtendedLifetime(directory) {} }
    let store = try Store(path: directory.database)
    let now = Moment(wall: Timestamp(milliseconds: 1_795_000_000_000), uptime: .hours(9))
    let hint = Job.Hint(jobType: "createServer", expectWithin: expectation)
    try await insert("new", hint, dueAt: now.wall, into: store)
    // So high a price puts the planned first question off.
    let (poller, _) = try poller(store, PollPolicy(price: .hours(1)), clock: { now }) {
      _, _, _ async throws(HTTPFailure) in HTTPResponse(status: 500, body: [])
    }
    let next = try await poller.work(at: now)
    #expect(next == now.uptime + (isThen ? .seconds(7) : Intervals().longestWait))
    // It is submitted again.
    try await store.write { transaction in
      var job = try #require(try transaction.jobs.find(1))
      job.hint.expectWithin = .seconds(5)
      try transaction.join(job, noticeAt: nil, dueBy: now.wall + .seconds(5))
    }
    poller.hint([1])
    #expect(try await poller.work(at: now) == now.uptime + .seconds(5))
    await poller.finish()
    try store.close()
  }

  @Test(
    "asks again for a doubted and for a reopened job, over a restart, though a poll of it is dear",
    .timeLimit(.minutes(10)), arguments: ["doubted", "reopened"])
  func question(_ id: String) async throws {
    let directory = try TemporaryDirectory()
    defer { withExtendedLifetime(directory) {} }
    let store = try Store(path: directory.database)
    let now = SystemClock.now().wall
    try await insert(id, Job.Hint(jobType: "createServer"), dueAt: now, into: store)
    try await store.write { transaction in
      let key = JobKey(account: "prod", service: "ecs", jobID: id)
      var job = try #require(try transaction.jobs.find(key))
      let report = JobReport(jobType: "createServer", rawStatus: "RUNNING")
      job = job.observe(.seen(.running, report), at: now, under: PollContext(Policies())).job
      job = job.observe(.absent(code: ""), at: now, under: PollContext(Policies())).job
      if id == "reopened" { (job.state, job.absence) = (.registered, nil) }
      try transaction.jobs.save(job, bodyHash: nil, dueAt: now, noticeAt: nil)
    }
    let (asked, noted) = AsyncStream.makeStream(of: String.self)
    let (poller, _) = try poller(store, PollPolicy(price: .hours(9))) {
      request, _, _ async throws(HTTPFailure) in
      noted.yield(request.url)
      return HTTPResponse(status: 500, body: [])
    }
    _ = try await poller.work(at: SystemClock.now())
    #expect(await asked.first { _ in true }?.hasSuffix(id) == true)
    await poller.finish()
    try store.close()
  }

  @Test(
    "stores an answer, and what it says of the account, as soon as it can, and makes no call before",
    .timeLimit(.minutes(10)), arguments: [(200, JobState.succeeded, []), (401, .registered, ["account.paused"])])
  func kept(_ status: Int, _ state: JobState, _ events: [String]) async throws {
    let directory = try TemporaryDirectory()
    defer { withExtendedLifetime(directory) {} }
    let store = try Store(path: directory.database)
    try await insert("done", dueAt: SystemClock.now().wall, into: store)
    let calls = Atomic(0)
    // Only the answer rings before the test's time is over.
    let alarm = Alarm(.system, longestWait: .hours(1))
    let (poller, _) = try poller(store, alarm: alarm) { _, _, _ async throws(HTTPFailure) in
      calls.add(1, ordering: .relaxed)
      return HTTPResponse(
        status: status, body: Array(#"{"job_id": "done", "job_type": "createServer", "status": "SUCCESS"}"#.utf8))
    }
    _ = try await poller.work(at: SystemClock.now())
    await alarm.wait(.hours(1))
    try FileManager.default.moveItem(atPath: directory.database, toPath: directory.database + "-away")
    for _ in 0..<2 {
      await #expect(throws: StoreError.self) { try await poller.work(at: SystemClock.now()) }
    }
    // A probe of the account is due, and waits, too.
    #expect(calls.load(ordering: .relaxed) == 1)
    try FileManager.default.moveItem(atPath: directory.database + "-away", toPath: directory.database)
    _ = try await poller.work(at: SystemClock.now())
    let key = JobKey(account: "prod", service: "ecs", jobID: "done")
    #expect(try await store.read { try $0.jobs.find(key)?.state } == state)
    let told = try await store.read { try $0.events.all(after: 0, limit: 100) }.map(\.kind)
    #expect(told.filter { $0.hasPrefix("account") } == events)
    if state == .succeeded { #expect(calls.load(ordering: .relaxed) == 1) }
    await poller.finish()
    try store.close()
  }

  private func insert(_ id: String, _ hint: Job.Hint = Job.Hint(), dueAt: Timestamp, into store: Store) async throws {
    try await store.register([.registered(id, at: dueAt, hint: hint)])
  }

  private func poller(
    _ store: Store, _ polling: PollPolicy = PollPolicy(), clock: @escaping Clock = SystemClock.now,
    alarm: Alarm = Alarm(), _ transport: @escaping HTTPTransport
  ) throws -> (Poller, PollerSetup) {
    var setup = PollerSetup()
    setup.configuration.polling = polling
    setup.configuration.probes = ProbePolicy(steps: [.milliseconds(10)])
    (setup.clock, setup.alarm) = (clock, alarm)
    return (try setup.poller(store, transport), setup)
  }
}
