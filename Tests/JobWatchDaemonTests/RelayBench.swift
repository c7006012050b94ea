@testable import JobWatchCore
import JobWatchStore
import Synchronization
import TestSupport

@testable import JobWatchDaemon

/// A relay to the channel `a`, a receiver that answers as a test says, and a clock that moves on when nothing is due.
final class RelayBench: Sendable {
  struct Attempt: Sendable, Equatable {
    var seq: Int64
    var isTaken: Bool
  }

  typealias Receiver = @Sendable (_ seq: Int64, _ elapsed: Duration) -> DeliveryOutcome

  private let store: Store
  private let policy: DeliveryPolicy
  private let receiver: Receiver
  private let clock = ManualClock()
  private let start: Timestamp
  private let relay: Mutex<Relay?> = Mutex(nil)
  private let made = Mutex<[Attempt]>([])
  private let appended = Mutex<[Int64]>([])

  /// What is told of the channel goes to the other one.
  private static let routes = RouteTable(
    channels: [.init(name: "a", kind: .webhook), .init(name: "b", kind: .webhook)], routes: [Route(channels: ["b"])])

  init(_ store: Store, policy: DeliveryPolicy = DeliveryPolicy(spread: 0), _ receiver: @escaping Receiver) {
    self.store = store
    self.policy = policy
    self.receiver = receiver
    start = clock.now.wall
  }

  var elapsed: Duration { clock.now.wall - start }
  var attempts: [Attempt] { made.withLock(\.self) }
  /// The events that were taken, in that order.
  var taken: [Int64] { attempts.filter(\.isTaken).map(\.seq) }

  /// The numbers of the events that were told.
  var own: [Int64] { appended.withLock(\.self) }

  /// Events for the channel: of one job, or of none and so in no order.
  func tell(_ count: Int = 1, of job: Int64? = nil) async throws {
    let event = EventDraft(.daemonStarted, at: clock.now.wall, EventData(summary: "x"))
    for _ in 0..<count {
      let seq = try await store.write { try $0.append(event, of: job, to: ["a"]) }
      appended.withLock { $0.append(seq) }
    }
  }

  /// From now on another relay, that knows what the database knows.
  func restart() { relay.withLock { $0 = nil } }

  /// Until so long after the start.
  func run(until end: Duration) async throws {
    while elapsed < end {
      let (relay, before) = (current(), attempts.count)
      let next = try await relay.work(at: clock.now)
      await relay.finish()
      if attempts.count > before { continue }
      let wait = next.map { max($0 - clock.now.uptime, .milliseconds(1)) } ?? end
      clock.pass(min(wait, end - elapsed))
    }
  }

  private func current() -> Relay {
    relay.withLock { relay in
      let current = relay ?? fresh()
      relay = current
      return current
    }
  }

  private func fresh() -> Relay {
    Relay(
      channel: "a", policy: policy, routes: Self.routes, DaemonContext(store, clock.time), alarm: Alarm(clock.time),
      deliver: { [unowned self] message, now in answer(message.event.seq, now.wall) })
  }

  private func answer(_ seq: Int64, _ now: Timestamp) -> DeliveryOutcome {
    let outcome = receiver(seq, now - start)
    made.withLock { $0.append(Attempt(seq: seq, isTaken: outcome.reason == nil)) }
    return outcome
  }

  /// What the status log tells of channels, in order; `lost 7` for a message that was given up.
  func told() async throws -> [String] {
    try await store.read { transaction in
      try transaction.events.all(after: 0, limit: 1000).filter { $0.kind.hasPrefix("channel.") }.map {
        event in
        let lost = event.data.firstMatch(of: /was not told of .* \(seq (\d+)\)/)
        return lost.map { "lost \($0.1)" } ?? event.kind
      }
    }
  }

  /// What waits, by event, and how many attempts count.
  func waiting() async throws -> [Int64: Int] {
    let far = clock.now.wall + .days(7)
    return try await store.read { transaction in
      let messages = try transaction.messages.due("a", at: far, limit: 1000)
      return Dictionary(uniqueKeysWithValues: messages.map { ($0.event.seq, $0.attempts) })
    }
  }
}

extension DeliveryOutcome {
  static let taken = DeliveryOutcome.delivered(status: 200)

  static func refused(_ status: Int) -> DeliveryOutcome {
    .rejected(status: status, reason: "the receiver answered \(status): it refuses the message")
  }
}
