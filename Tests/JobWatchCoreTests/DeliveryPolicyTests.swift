@testable import JobWatchCore
import Testing

@Suite struct `Delivery` {
  @Test func `waits longer after each failure, and gives up after the tenth`() {
    let policy = DeliveryPolicy()
    let seconds = [0, 5, 30, 120, 600, 1800, 7200, 18_000, 36_000, 86_400]
    let middle = (0...10).map { policy.wait(after: $0, retryAfter: nil, luck: 0.5) }
    #expect(middle == seconds.map { .seconds($0) } + [nil])
    for (attempts, delay) in seconds.enumerated() {
      for luck in [0.0, 0.1, 0.999] {
        let wait = policy.wait(after: attempts, retryAfter: nil, luck: luck) ?? .zero
        #expect(wait >= Duration.seconds(delay).scaled(by: 0.8))
        #expect(wait <= Duration.seconds(delay).scaled(by: 1.2))
      }
    }
  }

  @Test func `takes Retry-After for a floor, not for another attempt`() {
    let policy = DeliveryPolicy()
    #expect(policy.wait(after: 1, retryAfter: .minutes(3), luck: 0) == .minutes(3))
    #expect(policy.wait(after: 9, retryAfter: .minutes(3), luck: 0.5) == .hours(24))
    #expect(policy.wait(after: 10, retryAfter: .minutes(3), luck: 0) == nil)
  }

  @Test(
    "says why it failed, and nothing after success",
    arguments: [
      (DeliveryOutcome.delivered(status: 204), 204, nil),
      (.retry(status: nil, reason: "timeout", retryAfter: nil), nil, "timeout"),
      (.rejected(status: 413, reason: "too large"), 413, "too large"),
      (.gone(status: 410), 410, "the receiver answered 410 Gone"),
    ] as [(DeliveryOutcome, Int?, String?)])
  func outcome(_ outcome: DeliveryOutcome, _ status: Int?, _ reason: String?) {
    #expect(outcome.status == status && outcome.reason == reason)
  }
}
