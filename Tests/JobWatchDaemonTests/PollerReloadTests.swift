import CloudAPI
import JobWatchCore
import JobWatchStore
import Synchronization
import TestSupport
import Testing

@testable import JobWatchConfiguration
@testable import JobWatchDaemon

@Suite struct `A poller that follows another` {
  private let clock = ManualClock()
  private let memory = CredentialMemory()

  @Test(.timeLimit(.minutes(10)))
  func `makes no refused call sooner, though one between them never came to work`() async throws {
    try await withStore { store in
      try await store.register([.registered("job", at: clock.wall)])
      let calls = Mutex(0)
      let transport: HTTPTransport = { _, _, _ async throws(HTTPFailure) in
        calls.withLock { $0 += 1 }
        return HTTPResponse(status: 401, body: [])
      }
      for _ in 0..<10 {
        let poller = try poller(store, memory, transport)
        _ = try await poller.work(at: clock.now)
        // The end waits for the call.
        await poller.finish()
        await (try self.poller(store, memory, transport)).finish()
        clock.pass(.seconds(2))
      }
      #expect(calls.withLock(\.self) == 1)
      let last = try poller(store, memory, transport)
      clock.pass(.seconds(10))
      _ = try await last.work(at: clock.now)
      await last.finish()
      #expect(calls.withLock(\.self) == 2)
      let restarted = try poller(store, CredentialMemory(), transport)
      _ = try await restarted.work(at: clock.now)
      await restarted.finish()
      #expect(calls.withLock(\.self) == 3)
      let events = try await store.read { try $0.events.all(after: 0, limit: 100) }
      #expect(events.count { $0.kind == EventKind.accountPaused.rawValue } == 1)
    }
  }

  @Test(.timeLimit(.minutes(10)))
  func `signs by the cloud's time, though the clock was set between them`() async throws {
    try await withStore { store in
      var account = Account(name: "prod", region: "eu-de", projectID: "p", authentication: .aksk)
      (account.accessKey, account.secretKey) = (.plain(Secret("EXAMPLEAK")), .plain(Secret("a-key")))
      let signed = Mutex<[String]>([])
      // The cloud's clock stands still, too.
      let transport: HTTPTransport = { request, _, _ async throws(HTTPFailure) in
        signed.withLock { $0 += request.headers.filter { $0.0 == "X-Sdk-Date" }.map(\.1) }
        let id = request.url.split(separator: "/").last ?? ""
        return HTTPResponse(
          status: 200, headers: HTTPFields([("Date", "Wed, 18 Nov 2026 11:06:40 GMT")]),
          body: Array(#"{"job_id": "\#(id)", "job_type": "createServer", "status": "SUCCESS"}"#.utf8))
      }
      for step in [Duration.zero, .hours(-22), .hours(23)] {
        clock.set(by: step)
        try await store.register([.registered("job\(step.components.seconds)", at: clock.wall)])
        let poller = try poller(store, memory, of: account, transport)
        _ = try await poller.work(at: clock.now)
        await poller.finish()
      }
      #expect(signed.withLock(\.self) == Array(repeating: "20261118T110640Z", count: 3))
    }
  }

  private func poller(
    _ store: Store, _ memory: CredentialMemory, of account: Account = .sample, _ transport: @escaping HTTPTransport
  ) throws -> Poller {
    var setup = PollerSetup(account: account)
    (setup.clock, setup.alarm, setup.memory) = ({ [clock] in clock.now }, Alarm(clock.time), memory)
    return try setup.poller(store, transport)
  }
}
