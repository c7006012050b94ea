import CloudAPI
import Foundation
import JobWatchCore
import JobWatchStore
import Synchronization
import TestSupport
import Testing

@testable import JobWatchConfiguration
@testable import JobWatchDaemon
@testable import PollPlanning

@Suite struct `The times at which a poller asks` {
  @Test(.timeLimit(.minutes(10)))
  func `are at once for a job of unknown type, and then those of its type's plan`() async throws {
    try await Scene.play(jobs: 1) { scene in
      var model = DurationModel()
      for age in 95..<105 { model.finish(.at(Double(age)), of: WatchedSpan()) }
      let (bytes, wall) = (model.bytes, scene.now.wall)
      try await scene.store.write {
        try $0.durations.save(bytes, .zero, of: Scene.key, taughtAt: wall)
      }
      scene.advance(wall: .seconds(2), uptime: .seconds(2))
      try await scene.turn()
      #expect(scene.calls == ["job0"])
      let (due, planned) = await scene.poller.next(Scene.endpoint, Scene.key, at: scene.now.uptime)
      #expect(due == planned)
      #expect((.seconds(60) ... .seconds(110)).contains(due))
    }
  }

  @Test(.timeLimit(.minutes(10)))
  func `are not moved by a wall clock that is set, and come once after a suspension`() async throws {
    try await Scene.play(jobs: 3) { scene in
      try await scene.turn()
      #expect(scene.calls.count == 3)
      for jump in [Duration.hours(5), .hours(-9)] {
        scene.advance(wall: jump, uptime: .milliseconds(10))
        try await scene.turn()
        #expect(scene.calls.count == 3)
      }
      scene.advance(wall: .hours(30), uptime: .hours(30))
      try await scene.turn()
      #expect(scene.calls.sorted() == ["job0", "job0", "job1", "job1", "job2", "job2"])
    }
  }

  @Test(.timeLimit(.minutes(10)), arguments: [true, false])
  func `count from now on for a job that was registered while the clock was ahead`(_ isRunning: Bool) async throws {
    try await Scene.play(jobs: 1) { scene in
      if isRunning { try await scene.turn() }
      // To a poller that starts then, no step is known.
      scene.advance(wall: .days(-3), uptime: .milliseconds(10))
      try await scene.turn()
      let wall = scene.now.wall
      #expect(try await scene.store.read { try $0.jobs.find(1) }?.submittedAt == wall)
      #expect(try await scene.store.read { try !$0.jobs.hasTimesAhead(of: wall) })
      #expect(await scene.poller.clockSetAt == (isRunning ? wall : nil))
    }
  }

  @Test(.timeLimit(.minutes(10)))
  func `never come for a job whose answer is still out`() async throws {
    try await Scene.play(jobs: 2, hanging: 2) { scene in
      for _ in 0..<5 {
        scene.advance(wall: .hours(2), uptime: .hours(2))
        try await scene.turn()
      }
      #expect(scene.calls.count { $0 == "job1" } == 1)
      #expect(scene.calls.count { $0 == "job0" } == 5)
    }
  }
}

/// A poller, a cloud where every job runs, and a clock that stands still.
private struct Scene {
  static let key = DurationKey(service: "ecs", jobType: "createServer", region: "eu-de")
  static let endpoint = EndpointKey(account: "prod", service: "ecs")

  let store: Store
  let poller: Poller
  private let clock: ManualClock
  private let asked: Record
  /// The row of the job whose answer never comes.
  private let hanging: Int64?

  private final class Record: Sendable {
    let ids = Mutex<[String]>([])
  }

  var now: Moment { clock.now }
  var calls: [String] { asked.ids.withLock { $0 } }

  func advance(wall: Duration, uptime: Duration) {
    clock.pass(uptime)
    clock.set(by: wall - uptime)
  }

  /// Until nothing is due now and all that can be answered was.
  func turn() async throws {
    repeat {
      repeat {
        _ = try await poller.work(at: now)
        await Task.yield()
      } while await poller.isAnswering(but: hanging)
    } while await poller.isDue(Self.endpoint, at: now.uptime)
  }

  static func play(jobs: Int, hanging: Int64? = nil, _ body: (Scene) async throws -> Void) async throws {
    let directory = try TemporaryDirectory()
    defer { withExtendedLifetime(directory) {} }
    let store = try Store(path: directory.database)
    let (clock, asked) = (ManualClock(uptime: .hours(100)), Record())
    let begun = clock.wall
    try await store.register((0..<jobs).map { .registered("job\($0)", at: begun) })
    let scene = Scene(
      store: store, poller: try poller(store, begun, hanging.map { "job\($0 - 1)" }, clock, asked), clock: clock,
      asked: asked, hanging: hanging)
    try await body(scene)
    await scene.poller.finish()
    try store.close()
  }

  private static func poller(
    _ store: Store, _ begun: Timestamp, _ hanging: String?, _ clock: ManualClock, _ asked: Record
  ) throws -> Poller {
    var setup = PollerSetup()
    setup.clock = { clock.now }
    setup.configuration.accounts[0].quota = Quota(calls: 10_000, per: .seconds(1))
    return try setup.poller(store) { request, _, _ async throws(HTTPFailure) in
      let id = request.url.split(separator: "/").last.map(String.init) ?? ""
      asked.ids.withLock { $0.append(id) }
      // Ends with the poller.
      if id == hanging { for await _ in AsyncStream<Void>.makeStream().stream {} }
      let body = """
        {"job_id": "\(id)", "job_type": "\(key.jobType)", "status": "RUNNING",
         "begin_time": "\(begun.description)"}
        """
      return HTTPResponse(status: 200, body: Array(body.utf8))
    }
  }
}

extension Poller {
  fileprivate func isAnswering(but hanging: Int64?) -> Bool {
    state.queue.queues.contains { $0.inFlight.contains { $0 != hanging } }
  }

  fileprivate func isDue(_ key: EndpointKey, at uptime: Duration) -> Bool {
    place(of: key).flatMap(state.queue.first).map { $0.due <= uptime } ?? false
  }

  private func place(of key: EndpointKey) -> PollQueue.Endpoint? { state.queue.endpoint(key) }

  /// How long until the next poll, as it stands and as the plan of the key has it.
  fileprivate func next(_ endpoint: EndpointKey, _ key: DurationKey, at uptime: Duration) -> (
    due: Duration, planned: Duration
  ) {
    var queue = state.queue
    guard let place = place(of: endpoint), let poll = queue.first(place) else { return (.zero, .zero) }
    let plan = queue.plan(of: key, price: queue.price(place), at: uptime)
    return (poll.due - uptime, plan.gap(after: poll.span.known, jitterSeed: poll.jitterSeed))
  }
}
