import JobWatchCore
import JobWatchStore

/// Decides by a receiver's answers whether the channel is in trouble, and what becomes of each message. A value, so
/// that the relay only acts.
struct ReceiverHealth: Sendable {
  /// The consequences of one outcome.
  struct Judgement: Sendable {
    var settlement: Transaction.Settlement
    var recovery: Recovery?
    /// The change of the channel's health, if any.
    var change: ConditionChange?
    /// The known attempts to deliver the message.
    var attempts: Int
  }

  /// The channel works again: the messages that waited for it are due.
  struct Recovery: Sendable {
    /// Messages that go on waiting: the receiver asked for the time, or refuses them while it takes others.
    var waitingOn: Set<Int64>
  }

  let channel: String
  let policy: DeliveryPolicy

  /// Failures in a row that make the whole channel suspect: from then on one message at a time is tried.
  private(set) var breaker = CircuitBreaker(
    threshold: 5, waits: probes)
  private var refusals = RefusalStreak()
  /// An event has told that the channel is in trouble.
  private var isTold = false
  /// Messages whose last attempt failed and was not refused.
  private var failures: [Int64: Failure] = [:]
  /// When a message that was never refused may be tried although the breaker is shut.
  private var freshAt = Duration.zero
  private var suspectedAt: Duration?

  /// The waits before a channel in trouble is tried again.
  private static let probes: [Duration] = [
    .seconds(30), .minutes(1), .minutes(2), .minutes(5), .minutes(10),
  ]

  private struct Failure {
    /// The receiver wants no attempt before this uptime.
    var until: Duration
    /// A recovery made it due already. If it fails again, it may be the cause of the trouble.
    var isSpent: Bool
  }

  init(channel: String, policy: DeliveryPolicy) {
    self.channel = channel
    self.policy = policy
  }

  /// A message that was never refused does not wait because another was refused again.
  mutating func enter(_ message: OutgoingMessage, at uptime: Duration) -> CircuitBreaker.Permit? {
    if isFresh(message), freshAt <= uptime { breaker.hasten(at: uptime) }
    return breaker.enter(at: uptime)
  }

  /// When the first of those that wait may be tried; nil: once the attempt under way is over.
  func opening(for message: OutgoingMessage, at uptime: Duration) -> Duration? {
    guard let until = probeTime(after: uptime) else { return nil }
    return isFresh(message) ? min(until, freshAt) : until
  }

  private func isFresh(_ message: OutgoingMessage) -> Bool {
    message.attempts == 0 && refusals.count(of: message.id) == 0
  }

  /// The channel was failing when the daemon stopped.
  mutating func resumeFailing(at uptime: Duration) {
    breaker.resumeShut(at: uptime)
    refusals = RefusalStreak(isInTrouble: true)
    isTold = true
  }

  /// - Parameters:
  ///   - start: when the attempt began.
  ///   - jitter: in [0, 1), spreads the wait.
  mutating func judge(
    _ message: OutgoingMessage, _ permit: CircuitBreaker.Permit, _ outcome: DeliveryOutcome,
    since start: Moment,
    at now: Moment, jitter: Double
  ) -> Judgement {
    let passed = refusals.passed
    let refused = refusals.count(of: message.id)
    let isFresh = isFresh(message)
    let verdict = verdict(message, outcome, since: start, at: now)
    let wasTold = isTold
    let change = change(permit, outcome, verdict, isFresh, at: now)
    if verdict == nil || (isFresh && permit.isProbe) {
      freshAt = probeTime(after: now.uptime) ?? freshAt
    }
    if let change { isTold = !change.isEnd }
    note(message.id, outcome, at: now.uptime)
    let settlement = settlement(message, outcome, verdict, at: now, jitter: jitter)
    if settlement == .givenUp {
      refusals.forget(message.id)
      failures[message.id] = nil
    }
    return Judgement(
      settlement: settlement,
      recovery: wasTold && !isTold ? recovery(passed, at: now.uptime) : nil,
      change: change, attempts: max(message.attempts, refused) + 1)
  }

  private mutating func note(_ message: Int64, _ outcome: DeliveryOutcome, at uptime: Duration) {
    let isSpent = failures.removeValue(forKey: message)?.isSpent ?? false
    guard case .retry(_, _, let wish) = outcome else { return }
    failures[message] = Failure(until: uptime + (wish ?? .zero), isSpent: isSpent)
  }

  private mutating func recovery(_ passed: Set<Int64>, at uptime: Duration) -> Recovery {
    let waiting = failures.filter { $0.value.isSpent || $0.value.until > uptime }.keys
    for message in Array(failures.keys) { failures[message]?.isSpent = true }
    return Recovery(waitingOn: passed.union(waiting))
  }

  /// The meaning of a refusal; nil for any other outcome.
  private mutating func verdict(
    _ message: OutgoingMessage, _ outcome: DeliveryOutcome, since start: Moment, at now: Moment
  ) -> RefusalStreak.Verdict? {
    switch outcome {
    case .rejected: return refusals.refused(message.id, since: start.uptime)
    case .delivered: refusals.taken(message.id, at: now.uptime)
    case .retry, .gone: break
    }
    return nil
  }

  /// A refusal is no recovery: only a message that is taken opens the breaker again.
  private mutating func change(
    _ permit: CircuitBreaker.Permit, _ outcome: DeliveryOutcome, _ verdict: RefusalStreak.Verdict?,
    _ isFresh: Bool, at now: Moment
  ) -> ConditionChange? {
    switch outcome {
    case .delivered:
      guard breaker.succeed(permit) == .opened else { return nil }
      return .channelRecovered(channel, at: now.wall)
    case .rejected(let status, _):
      return refusal(permit, status, verdict, isFresh, at: now)
    case .retry(_, let reason, let retryAfter):
      let change = breaker.fail(permit, at: now.uptime, retryAfter: retryAfter ?? .zero)
      guard change == .shut || (permit.isProbe && !isTold) else { return nil }
      return .channel(channel, failing: reason, at: now.wall)
    case .gone:
      breaker.resumeShut(at: now.uptime + .minutes(10))
      return .channel(
        channel, failing: outcome.reason ?? "gone",
        action: "keeps its messages and tries one every 10 min", at: now.wall)
    }
  }

  private mutating func refusal(
    _ permit: CircuitBreaker.Permit, _ status: Int, _ verdict: RefusalStreak.Verdict?,
    _ isFresh: Bool,
    at now: Moment
  ) -> ConditionChange? {
    switch verdict {
    case .hold where breaker.isShut:
      // A message that was under way when the breaker shut tells nothing new.
      guard permit.isProbe else { return nil }
      _ = breaker.fail(permit, at: now.uptime)
      // The same messages refused again at once show no more than before.
      let isYoung = suspectedAt.map { now.uptime - $0 < Self.probes[0] } ?? false
      guard isFresh || !isYoung else { return nil }
      return .channel(channel, refusingWith: status, at: now.wall)
    case .hold:
      // One more message that was never refused shows at once whether it is the channel.
      breaker.suspect(at: now.uptime)
      suspectedAt = now.uptime
      freshAt = now.uptime
      return nil
    case .warn:
      // The next message, whichever it is, shows at once whether it is the channel.
      freshAt = now.uptime
      if breaker.isShut {
        breaker.release(permit, at: now.uptime)
      } else {
        breaker.resumeShut(at: now.uptime)
      }
      return .channel(channel, refusingWith: status, at: now.wall)
    case .again, .giveUp, nil:
      // The next probe is made with another message, at once.
      breaker.release(permit, at: now.uptime)
      return nil
    }
  }

  private func settlement(
    _ message: OutgoingMessage, _ outcome: DeliveryOutcome, _ verdict: RefusalStreak.Verdict?,
    at now: Moment, jitter: Double
  ) -> Transaction.Settlement {
    let wish: Duration?
    switch outcome {
    case .delivered: return .delivered
    case .gone: return .held(until: now.wall + .minutes(10))
    case .rejected where verdict == .giveUp: return .givenUp
    case .rejected where verdict == .hold: return .held(until: now.wall + probeWait(at: now.uptime))
    case .rejected where verdict == .warn || isTold:
      return .held(until: now.wall + Self.wait(afterRefusals: refusals.count(of: message.id)))
    case .rejected: wish = nil
    case .retry(_, _, let retryAfter): wish = retryAfter
    }
    let wait = policy.wait(after: message.attempts + 1, retryAfter: wish, luck: jitter)
    return wait.map { .retry(at: now.wall + $0) } ?? .givenUp
  }

  /// A refused message goes behind those that wait already, because the probes try one after the other. One that was
  /// never refused goes before all of them.
  private func probeWait(at uptime: Duration) -> Duration {
    probeTime(after: uptime).map { $0 - uptime } ?? Self.probes[0]
  }

  private func probeTime(after uptime: Duration) -> Duration? {
    guard case .shut(let until) = breaker.readiness(at: uptime) else { return nil }
    return until
  }

  /// The wait of a message that alone shows the channel's trouble, while the breaker lets others through.
  private static func wait(afterRefusals count: Int) -> Duration {
    probes[min(max(count - RefusalStreak.attempts - 1, 0), probes.count - 1)]
  }
}
