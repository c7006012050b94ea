import Foundation
@testable import JobWatchCore
import JobWatchStore
import Synchronization
import TestSupport
import Testing

@testable import JobWatchDaemon
@testable import JobWatchLogging

@Suite struct `A relay` {
  private let routes = RouteTable(
    channels: [.init(name: "a", kind: .webhook), .init(name: "b", kind: .webhook)], routes: [])

  /// Without a second attempt.
  private func relay(_ channel: String, _ store: Store, answering outcome: DeliveryOutcome) -> Relay {
    Relay(
      channel: channel, policy: DeliveryPolicy(delays: [.zero]), routes: routes, DaemonContext(store),
      alarm: Alarm(ManualClock().time), deliver: { _, _ in outcome })
  }

  private func append(_ kind: EventKind, to channels: [String], in store: Store) async throws {
    let event = EventDraft(kind, at: SystemClock.now().wall, EventData(summary: "x"))
    _ = try await store.write { try $0.append(event, of: nil, to: channels) }
  }

  @Test func `that is refused tells the other channels once, not each other for ever`() async throws {
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
      #expect(try await store.read { try $0.events.lastSeq() } == 5)
      #expect(
        try await store.read {
          try $0.messages.due("a", at: SystemClock.now().wall, limit: 10)
            + $0.messages.due("b", at: SystemClock.now().wall, limit: 10)
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
      let message = try await store.read { try $0.messages.due("a", at: later, limit: 1).first }
      #expect(message?.attempts == 0)
      #expect(try await store.read { try $0.conditions.open().map(\.subject) } == [.channel("a")])
    }
  }

  @Test(
    "varies a wait by the random number that it is given",
    arguments: [
      (0.0, Duration.minutes(9)), (0.5, .minutes(10)), (0.75, .minutes(10) + .seconds(30)),
    ])
  func jitter(_ number: Double, _ wait: Duration) async throws {
    try await withStore { store in
      let clock = ManualClock()
      var context = DaemonContext(store, clock.time)
      context.random = { UInt64(number * 0x1p63) << 1 }
      let relay = Relay(
        channel: "a", policy: DeliveryPolicy(delays: [.zero, .minutes(10)], spread: 0.1), routes: routes, context,
        alarm: Alarm(clock.time), deliver: { _, _ in .retry(status: 503, reason: "no", retryAfter: nil) })
      let event = EventDraft(.daemonStarted, at: clock.wall, EventData(summary: "x"))
      _ = try await store.write { try $0.append(event, of: nil, to: ["a"]) }
      _ = try await relay.work(at: clock.now)
      await relay.finish()
      let due = try await store.read { try $0.messages.nextDue("a", after: clock.wall) }
      #expect(due == clock.wall + wait)
    }
  }

  /// The receiver answers 503 by a clock that is wrong by `error`; then the clock is set right.
  @Test(
    "tries again within the message's own wait once a clock is set right, running or started again",
    arguments: [Duration.days(3), .days(400), .hours(-50), .hours(1)], [true, false])
  func clock(_ error: Duration, _ isRestarted: Bool) async throws {
    try await withStore { store in
      let clock = ManualClock()
      clock.set(by: error)
      let answers = Answers()
      func relay() -> Relay {
        Relay(
          channel: "a", policy: DeliveryPolicy(delays: [.zero, .hours(2)], spread: 0), routes: routes,
          DaemonContext(store, clock.time), alarm: Alarm(clock.time), deliver: { _, _ in answers.next() })
      }
      let event = EventDraft(.daemonStarted, at: clock.now.wall, EventData(summary: "x"))
      _ = try await store.write { try $0.append(event, of: nil, to: ["a"]) }
      var worker = relay()
      _ = try await worker.work(at: clock.now)
      await worker.finish()
      #expect(answers.count == 1)
      clock.pass(.minutes(1))
      // Enqueued by the wrong clock, too, and never tried.
      let second = EventDraft(.daemonStarted, at: clock.now.wall, EventData(summary: "y"))
      _ = try await store.write { try $0.append(second, of: nil, to: ["a"]) }
      clock.set(by: .zero - error)
      if isRestarted { worker = relay() }
      _ = try await worker.work(at: clock.now)
      await worker.finish()
      #expect(answers.count == 2 + (error < .zero ? 1 : 0), "what has no wait does not wait")
      // A start does not know for how long it has waited.
      clock.pass(isRestarted ? .hours(2) : .hours(2) - .minutes(1))
      _ = try await worker.work(at: clock.now)
      await worker.finish()
      #expect(answers.count == (isRestarted ? 4 : 3))
      clock.pass(.minutes(1))
      _ = try await worker.work(at: clock.now)
      await worker.finish()
      #expect(answers.count == 4, "both")
    }
  }

  private final class Answers: Sendable {
    private let given = Mutex(0)
    var count: Int { given.withLock(\.self) }

    /// Never a success, which would make all that waits due.
    func next() -> DeliveryOutcome {
      given.withLock { $0 += 1 }
      return .retry(status: 503, reason: "busy", retryAfter: nil)
    }
  }
}
