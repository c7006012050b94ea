import JobWatchCore
import JobWatchStore
import Synchronization
import TestSupport
import Testing

@testable import JobWatchConfiguration
@testable import JobWatchDaemon

/// What the watch tells of one job, on a real store, when it is turned whenever it asks to be.
@Suite struct `The expiry watch of a job` {
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var state: JobState
    var expiry = ExpiryPolicy()
    var kind: EventKind
    /// From the job's last sighting to the deadline.
    var window: Duration
    /// Before the deadline.
    var leads: [Duration]
  }

  static let cases = [
    Case(
      testDescription: "that has succeeded", state: .succeeded, kind: .jobExpiring,
      window: .days(1), leads: [.hours(4)]),
    Case(
      testDescription: "that has failed, with leads of its own", state: .failed,
      expiry: ExpiryPolicy(finished: [.minutes(3), .hours(23), .hours(2)]), kind: .jobExpiring,
      window: .days(1), leads: [.hours(23), .hours(2), .minutes(3)]),
    Case(
      testDescription: "that is not paid", state: .awaitingPayment, kind: .jobExpiring,
      window: .days(14), leads: [.days(7), .days(3), .days(1), .hours(6)]),
    Case(
      testDescription: "that is not seen any more", state: .running, kind: .jobAtRisk,
      window: .days(1), leads: [.hours(4), .hours(1)]),
    Case(
      testDescription: "that was never seen", state: .registered, kind: .jobAtRisk,
      window: .days(1), leads: [.hours(4), .hours(1)]),
    Case(
      testDescription: "with no lead", state: .running, expiry: ExpiryPolicy(atRisk: []),
      kind: .jobAtRisk, window: .days(1), leads: []),
  ]

  @Test("tells each lead once and at its time", arguments: cases)
  func leads(_ row: Case) async throws {
    try await ExpiryBench.run(row) { bench in
      try await bench.pass(row.window + .hours(1))
      #expect(try await bench.told() == row.leads)
    }
  }

  @Test(
    "tells each lead once and at its time, with a restart before and after each", arguments: cases)
  func restarts(_ row: Case) async throws {
    try await ExpiryBench.run(row) { bench in
      for lead in row.leads {
        try await bench.pass(row.window - lead - bench.elapsed - .minutes(1))
        bench.restart()
        try await bench.pass(.minutes(1) + .seconds(1))
        bench.restart()
        try await bench.makeNoticeEarly()
        try await bench.pass(.seconds(31))
      }
      #expect(try await bench.told() == row.leads)
    }
  }

  @Test(
    "that starts late tells only what is most urgent, and after the first polls had their time",
    arguments: cases)
  func late(_ row: Case) async throws {
    for start in row.leads.indices {
      try await ExpiryBench.run(row) { bench in
        // In the last second before the next lead, or before the deadline.
        let left = (start + 1 < row.leads.count ? row.leads[start + 1] : .zero) + .seconds(32)
        bench.clock.pass(row.window - left)
        try await bench.pass(.seconds(29))
        #expect(try await bench.told().isEmpty)
        try await bench.pass(.seconds(1))
        #expect(try await bench.told() == [left - .seconds(30)])
        try await bench.pass(row.window)
        #expect(try await bench.told().dropFirst() == row.leads[(start + 1)...])
      }
    }
  }

  @Test("tells nothing once the deadline is over", arguments: cases)
  func over(_ row: Case) async throws {
    try await ExpiryBench.run(row) { bench in
      bench.clock.pass(row.window)
      try await bench.pass(.hours(1))
      #expect(try await bench.told().isEmpty)
    }
  }

  @Test func `tells once of a job that is late, and not again after a restart`() async throws {
    let row = Case(
      testDescription: "late", state: .running, expiry: ExpiryPolicy(atRisk: []), kind: .jobLate,
      window: .hours(2), leads: [])
    try await ExpiryBench.run(row, expectWithin: .hours(1)) { bench in
      try await bench.pass(.hours(1) - .seconds(1))
      #expect(try await bench.told().isEmpty)
      try await bench.pass(.minutes(30))
      #expect(try await bench.told().count == 1)
      bench.restart()
      try await bench.pass(.hours(1))
      #expect(try await bench.told().count == 1)
    }
  }
}

/// An expiry watch over one job, by a clock that is moved by hand.
private final class ExpiryBench: Sendable {
  let clock = ManualClock()
  private let store: Store
  private let row: `The expiry watch of a job`.Case
  private let start: Moment
  private let watch: Mutex<ExpiryWatch>

  static func run(
    _ row: `The expiry watch of a job`.Case, expectWithin: Duration? = nil, _ body: (ExpiryBench) async throws -> Void
  ) async throws {
    try await withStore { store in
      let bench = ExpiryBench(store, row)
      try await bench.insert(expectWithin)
      try await body(bench)
    }
  }

  private init(_ store: Store, _ row: `The expiry watch of a job`.Case) {
    (self.store, self.row) = (store, row)
    start = clock.now
    watch = Mutex(Self.watch(store, row))
  }

  private static func watch(_ store: Store, _ row: `The expiry watch of a job`.Case) -> ExpiryWatch {
    var configuration = Configuration()
    configuration.expiry = row.expiry
    return ExpiryWatch(configuration: configuration, store: store)
  }

  var elapsed: Duration { clock.now.uptime - start.uptime }

  /// From now on another watch, which knows what the database knows.
  func restart() { watch.withLock { $0 = Self.watch(store, row) } }

  /// Turns the watch whenever it asks for it, and at the end.
  func pass(_ time: Duration) async throws {
    let end = clock.now.uptime + time
    while true {
      let now = clock.now
      let next = try await watch.withLock(\.self).work(at: now) ?? end
      if now.uptime >= end { return }
      clock.pass(min(max(next, now.uptime + .milliseconds(1)), end) - now.uptime)
    }
  }

  /// When events of the case's kind were told, before the deadline.
  func told() async throws -> [Duration] {
    let events = try await store.read { try $0.events.all(after: 0, limit: 100) }
    return events.filter { $0.kind == row.kind.rawValue }.map { start.wall + row.window - $0.at }
  }

  /// The row comes up at once, as after a sighting, with what it has told.
  func makeNoticeEarly() async throws {
    let now = clock.wall
    try await store.write { transaction in
      guard let job = try transaction.jobs.find(1) else { throw CancellationError() }
      try transaction.jobs.setNotice(job.id, notices: job.notices, noticeAt: now)
    }
  }

  private func insert(_ expectWithin: Duration?) async throws {
    let (now, state) = (start.wall, row.state)
    try await store.write { transaction in
      let new = Job.registered("j", at: now, hint: .init(expectWithin: expectWithin))
      guard var job = try transaction.jobs.insert(new, dueAt: now, noticeAt: nil) else { throw CancellationError() }
      job.state = state
      if state != .registered {
        job.report = JobReport(rawStatus: state.rawValue)
        (job.firstSeenAt, job.lastSeenAt) = (now, now)
      }
      if state.isFinal { job.endedAt = now }
      if state.isFinal || state == .awaitingPayment { job.recordSince = now }
      // Too early, as a notice may be.
      try transaction.jobs.save(job, bodyHash: 1, dueAt: now, noticeAt: now)
    }
  }
}
