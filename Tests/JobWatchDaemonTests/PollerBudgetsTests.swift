import CloudAPI
import JobWatchCore
import JobWatchStore
import Logging
import PollPlanning
import Synchronization
import TestSupport
import Testing

@testable import JobWatchConfiguration
@testable import JobWatchDaemon

@Suite struct `The budget of a poller` {
  private let endpoint = EndpointKey(account: "prod", service: "ecs")

  @Test(
    "is on record before each call is made, and exactly when it has stopped",
    .timeLimit(.minutes(10)))
  func writeAhead() async throws {
    try await withStore { store in
      try await Self.insert(120, into: store)
      let (made, noted) = AsyncStream.makeStream(of: (calls: Int, allowed: Int).self)
      let calls = Atomic(0)
      let (poller, setup) = try Self.poller(store) { request, _, _ async throws(HTTPFailure) in
        let number = calls.add(1, ordering: .relaxed).newValue
        let record = await Self.record(in: store)
        noted.yield((number, record.map { $0.used(in: .minutes(1)) + $0.ahead } ?? 0))
        return Self.running(request)
      }
      try await setup.run(poller) {
        for await (number, allowed) in made {
          #expect(allowed >= number)
          if number == 60 { break }
        }
      }
      let last = try #require(await Self.record(in: store))
      #expect(last.underWay + last.ahead == 0)
      #expect(last.used(in: .minutes(1)) == calls.load(ordering: .relaxed))
    }
  }

  @Test("is taken over by the next one, with what it has learned", .timeLimit(.minutes(10)))
  func takenOver() async throws {
    try await withStore { store in
      try await Self.insert(1, into: store)
      var spent = RateLimiter(cap: Self.quota)
      let now = SystemClock.now()
      spent.throttled(Throttle(limit: 100, window: .minutes(1), code: "APIGW.0308"), at: now.uptime)
      var record = spent.record(at: now.uptime)
      (record.price, record.trim) = (12.5, 0.75)
      let saved = record.stored(as: endpoint, at: now.wall)
      try await store.write { try $0.budgets.save([saved]) }
      let (poller, _) = try Self.poller(store) { request, _, _ async throws(HTTPFailure) in
        Issue.record("a call is made inside the window of a throttling answer")
        return Self.running(request)
      }
      for _ in 0..<3 { _ = try await poller.work(at: SystemClock.now()) }
      #expect(await poller.rate(of: endpoint) == spent.rate)
      await poller.finish()
      let last = try #require(await Self.record(in: store))
      #expect((last.price, last.trim) == (12.5, 0.75))
      #expect(last.isTold)
      #expect(last.blockedFor > .seconds(1))
    }
  }

  // MARK: The world

  private static let quota = Quota(calls: 200, per: .seconds(10))

  private static func running(_ request: HTTPRequest) -> HTTPResponse {
    let id = request.url.split(separator: "/").last ?? ""
    let body = #"{"job_id": "\#(id)", "job_type": "createServer", "status": "RUNNING"}"#
    return HTTPResponse(status: 200, body: Array(body.utf8))
  }

  private static func record(in store: Store) async -> RateLimiterRecord? {
    do {
      return try await store.read { try $0.budgets.all() }.first
    } catch is CancellationError {
      // The poller has ended the call, and the test is over.
      return nil
    } catch {
      Issue.record(error)
      return nil
    }
  }

  private static func insert(_ count: Int, into store: Store) async throws {
    let now = SystemClock.now().wall
    try await store.register((0..<count).map { .registered("job\($0)", at: now) })
  }

  private static func poller(_ store: Store, _ transport: @escaping HTTPTransport) throws -> (Poller, PollerSetup) {
    var setup = PollerSetup()
    setup.configuration.accounts[0].quota = quota
    return (try setup.poller(store, transport), setup)
  }
}

extension Poller {
  fileprivate func rate(of key: EndpointKey) -> Double? {
    state.queue.endpoint(key).map { state.queue[limiter: $0].rate }
  }
}
