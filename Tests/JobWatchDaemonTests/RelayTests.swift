import Foundation
import JobWatchCore
import JobWatchStore
import Logging
import Testing

@testable import JobWatchDaemon

@Suite struct `A relay` {
  private let routes = RouteTable(
    channels: [.init(name: "a", kind: .webhook), .init(name: "b", kind: .webhook)], routes: [])

  /// Without a second attempt.
  private func relay(_ channel: String, _ store: Store, answering outcome: DeliveryOutcome) -> Relay
  {
    Relay(
      channel: channel, policy: DeliveryPolicy(delays: [.zero]), store: store, routes: routes,
      clock: SystemClock.now, alarm: Alarm(), log: Logger(label: "test") { _ in ConsoleLog() },
      deliver: { _, _ in outcome })
  }

  private func append(_ kind: EventKind, to channels: [String], in store: Store) async throws {
    let event = EventDraft(kind, at: SystemClock.now().wall, EventData(summary: "x"))
    _ = try await store.write { try $0.append(event, of: nil, to: channels) }
  }

  @Test func `that is refused tells the other channels once, not each other for ever`() async throws
  {
    try await withStore { store in
      let refusal = DeliveryOutcome.rejected(status: 400, reason: "no")
      let relays = [
        relay("a", store, answering: refusal), relay("b", store, answering: refusal),
      ]
      try await append(.daemonStarted, to: ["a", "b"], in: store)
      for _ in 0..<10 {
        for relay in relays {
          _ = try await relay.work(at: SystemClock.now())
          await relay.finish()
        }
      }
      // The event; its loss on either channel; the loss of either loss on the other, told to nobody.
      #expect(try await store.read { try $0.lastSeq() } == 5)
      #expect(
        try await store.read {
          try $0.dueMessages("a", at: SystemClock.now().wall, limit: 10)
            + $0.dueMessages("b", at: SystemClock.now().wall, limit: 10)
        }.isEmpty)
    }
  }

  @Test func `asks a receiver that is gone again without using up the attempts`() async throws {
    try await withStore { store in
      try await append(.daemonStarted, to: ["a"], in: store)
      let relay = relay("a", store, answering: .gone(status: 410))
      _ = try await relay.work(at: SystemClock.now())
      await relay.finish()
      let later = SystemClock.now().wall + .hours(1)
      let message = try await store.read { try $0.dueMessages("a", at: later, limit: 1).first }
      #expect(message?.attempts == 0)
      #expect(try await store.read { try $0.conditions().map(\.subject) } == ["channel/a"])
    }
  }
}
