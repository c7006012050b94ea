import CloudAPI
import JobWatchCore
import JobWatchStore
import Logging
import Synchronization
import TestSupport
import Testing

@testable import JobWatchDaemon

@Suite struct `A poller that follows another` {
  private let clock = ManualClock()
  private let memory = CredentialMemory()

  @Test(.timeLimit(.minutes(1)))
  func `makes no refused call sooner, though one between them never came to work`() async throws {
    try await withStore { store in
      try await insert("job", into: store)
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
      let events = try await store.read { try $0.events(after: 0, limit: 100) }
      #expect(events.count { $0.kind == EventKind.accountPaused.rawValue } == 1)
    }
  }

  private func insert(_ id: String, into store: Store) async throws {
    let now = clock.now.wall
    let job = Job(
      key: JobKey(account: "prod", service: "ecs", jobID: id), projectID: "p", region: "eu-de",
      submittedAt: now, registeredAt: now)
    _ = try await store.write { try $0.insert(job, dueAt: now, noticeAt: nil) }
  }

  private func poller(
    _ store: Store, _ memory: CredentialMemory, _ transport: @escaping HTTPTransport
  ) throws -> Poller {
    var account = Account(name: "prod", region: "eu-de", projectID: "p", authentication: .token)
    account.token = .plain(Secret("a-token"))
    return try Poller(
      configuration: Configuration(accounts: [account]), store: store,
      clients: ["prod": CloudClient(transport: transport)],
      logins: [AccountLogin(account, transport: transport, environment: [:])],
      clock: { [clock] in clock.now }, alarm: Alarm(),
      log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, memory: memory)
  }
}
