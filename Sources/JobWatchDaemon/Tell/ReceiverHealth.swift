import JobWatchCore
import JobWatchStore

/// Decides by a receiver's answers whether its channel is in trouble, and what becomes of each message.
///
/// ```
///  outcome      the message                          the breaker       told
///  delivered    delivered                            closes            the end of a trouble
///  retry        next delay, or given up; while open
///               kept until it may be tried           counts a failure  when the breaker opens
///  gone (410)   kept for 10 min                      open for 10 min   yes
///  rejected, as `RefusalStreak` judges it:
///    again      next delay; while in trouble, kept   as it was         no
///    giveUp     given up                             as it was         no
///    warn       kept                                 open, tries next  yes
///    hold       kept behind the others               open              once the next is refused, too
/// ```
/// While the breaker is open, one message at a time is tried. A message that was never refused is tried then even right
/// after another was refused again, because only it can show something new.
struct ReceiverHealth: Sendable {
  /// The consequences of one outcome.
  struct Judgement: Sendable {
    var settlement: MessageTable.Settlement
    /// Where the channel works again, all its messages are due, except for these: when the receiver wants them, or nil,
    /// at their next delay, because it refuses them while it takes others. Nil for all: nothing changes.
    var dueExcept: [Int64: Timestamp?]?
    var change: ConditionChange?
    /// The known attempts to deliver the message.
    var attempts: Int
  }

  /// The last attempt failed, and was not refused.
  private struct Failure {
    /// The receiver wants no attempt before this uptime.
    var until: Duration
    /// A recovery made the message due already. If it fails again, it may be the cause of the trouble.
    var isSpent: Bool
  }

  private let channel: String
  private let policy: DeliveryPolicy
  private(set) var breaker = CircuitBreaker(threshold: 5, waits: probes)
  private var refusals = RefusalStreak()
  /// By message.
  private var failures: [Int64: Failure] = [:]
  /// An event told that the channel is in trouble.
  private var isTold = false
  /// When a message that was never refused may be tried although the breaker is open.
  private var freshAt = Duration.zero
  /// When refusals last made the channel suspect.
  private var suspectedAt: Duration?

  /// The waits before a channel in trouble is tried again.
  private static let probes: [Duration] = [.seconds(30), .minutes(1), .minutes(2), .minutes(5), longestProbe]
  private static let longestProbe = Duration.minutes(10)

  init(channel: String, policy: DeliveryPolicy) {
    self.channel = channel
    self.policy = policy
  }

  /// The channel was failing when the daemon stopped.
  mutating func resumeFailing(at uptime: Duration) {
    breaker.resumeOpen(at: uptime)
    refusals = RefusalStreak(isInTrouble: true)
    isTold = true
  }

  /// The last attempts before the daemon stopped failed.
  mutating func resume(failures: Int) { breaker.resumeClosed(failures: failures) }

  // MARK: Attempts

  /// Nil: the message must wait.
  mutating func enter(_ message: OutgoingMessage, at uptime: Duration) -> CircuitBreaker.Permit? {
    if isFresh(message), freshAt <= uptime { breaker.hasten(at: uptime) }
    return breaker.enter(at: uptime)
  }

  /// When the first of those that wait may be tried; nil: once the attempt under way is over.
  func opening(for message: OutgoingMessage, at uptime: Duration) -> Duration? {
    probeTime(after: uptime).map { isFresh(message) ? min($0, freshAt) : $0 }
  }

  private func isFresh(_ message: OutgoingMessage) -> Bool {
    message.attempts == 0 && refusals.count(of: message.id) == 0
  }

  private func probeTime(after uptime: Duration) -> Duration? {
    guard case .open(let until) = breaker.readiness(at: uptime) else { return nil }
    return until
  }

  // MARK: Outcomes

  /// - Parameters:
  ///   - start: when the attempt began.
  ///   - jitter: in [0, 1), spreads the wait.
  mutating func judge(
    _ message: OutgoingMessage, _ permit: CircuitBreaker.Permit, _ outcome: DeliveryOutcome,
    since start: Moment, at now: Moment, jitter: Double
  ) -> Judgement {
    let (passed, wasTold) = (refusals.passed, isTold)
    let attempts = max(message.attempts, refusals.count(of: message.id)) + 1
    let (settlement, change) = decide(message, permit, outcome, since: start, at: now, jitter: jitter)
    if let change { isTold = !change.isEnd }
    if settlement == .givenUp {
      refusals.forget(message.id)
      failures[message.id] = nil
    }
    return Judgement(
      settlement: settlement, dueExcept: wasTold && !isTold ? exceptions(refused: passed, at: now) : nil,
      change: change, attempts: attempts)
  }

  private mutating func decide(
    _ message: OutgoingMessage, _ permit: CircuitBreaker.Permit, _ outcome: DeliveryOutcome,
    since start: Moment, at now: Moment, jitter: Double
  ) -> (MessageTable.Settlement, ConditionChange?) {
    let isFresh = isFresh(message)
    let failure = failures.removeValue(forKey: message.id)
    var (wish, settlement) = (Duration?.none, MessageTable.Settlement?.none)
    var change: ConditionChange?
    switch outcome {
    case .delivered:
      refusals.taken(message.id, at: now.uptime)
      settlement = .delivered
      if breaker.succeed(permit) == .closed { change = .channelRecovered(channel, at: now.wall) }
    case .retry(_, let reason, let retryAfter):
      wish = retryAfter
      failures[message.id] = Failure(until: now.uptime + (wish ?? .zero), isSpent: failure?.isSpent ?? false)
      let wait = wish ?? .zero
      let isOpen = breaker.fail(permit, at: now.uptime, retryAfter: min(wait, Self.longestProbe)) == .opened
      if isOpen || (permit.isProbe && !isTold) { change = .channel(channel, failing: reason, at: now.wall) }
      // A channel in trouble is tried by its messages until it takes one, however few they are. That uses up no attempt.
      if breaker.isOpen {
        let probe = probeTime(after: now.uptime) ?? now.uptime
        settlement = .held(until: now.wall + max(probe - now.uptime, wait))
      }
    case .gone:
      settlement = .held(until: now.wall + Self.longestProbe)
      breaker.resumeOpen(at: now.uptime + Self.longestProbe)
      change = .channel(
        channel, failing: outcome.reason ?? "gone",
        action: "keeps its messages and tries one every 10 min", at: now.wall)
    case .rejected(let status, _):
      (settlement, change) = refused(message.id, status, permit, isFresh, since: start, at: now)
    }
    if !outcome.isRejected || (isFresh && permit.isProbe) { freshAt = probeTime(after: now.uptime) ?? freshAt }
    let wait = policy.wait(after: message.attempts + 1, retryAfter: wish, luck: jitter)
    return (settlement ?? wait.map { .retry(at: now.wall + $0) } ?? .givenUp, change)
  }

  /// Messages that a recovery does not make due at once.
  private mutating func exceptions(refused: Set<Int64>, at now: Moment) -> [Int64: Timestamp?] {
    let waiting = failures.filter { $0.value.isSpent || $0.value.until > now.uptime }
      .mapValues { $0.isSpent ? nil : now.wall + ($0.until - now.uptime) }
    for message in failures.keys { failures[message]?.isSpent = true }
    return waiting.merging(refused.map { ($0, nil) }) { $1 }
  }

  /// A refusal is no recovery: only a message that is taken closes the breaker again. Nil for the message: it is tried
  /// again after its next delay, as one that failed.
  private mutating func refused(
    _ message: Int64, _ status: Int, _ permit: CircuitBreaker.Permit, _ isFresh: Bool,
    since start: Moment, at now: Moment
  ) -> (MessageTable.Settlement?, ConditionChange?) {
    let verdict = refusals.refused(message, since: start.uptime)
    var isTelling = verdict == .warn
    switch verdict {
    case .hold where breaker.isOpen:
      // A message that was under way when the breaker opened tells nothing new.
      guard permit.isProbe else { break }
      _ = breaker.fail(permit, at: now.uptime)
      // The same messages refused again at once show no more than before.
      isTelling = isFresh || suspectedAt.map { now.uptime - $0 >= Self.probes[0] } ?? true
    case .hold:
      // One more message that was never refused shows at once whether it is the channel.
      breaker.suspect(at: now.uptime)
      (suspectedAt, freshAt) = (now.uptime, now.uptime)
    case .warn:
      // The next message, whichever it is, shows at once whether it is the channel.
      freshAt = now.uptime
      if breaker.isOpen {
        breaker.release(permit, at: now.uptime)
      } else {
        breaker.resumeOpen(at: now.uptime)
      }
    case .again, .giveUp:
      // The next probe is made with another message, at once.
      breaker.release(permit, at: now.uptime)
    }
    return (
      refusedSettlement(message, verdict, at: now),
      isTelling ? .channel(channel, refusingWith: status, at: now.wall) : nil
    )
  }

  private func refusedSettlement(
    _ message: Int64, _ verdict: RefusalStreak.Verdict, at now: Moment
  ) -> MessageTable.Settlement? {
    switch verdict {
    case .giveUp: return .givenUp
    case .again where !isTold: return nil
    case .hold:
      // Behind those that wait already, because the probes try one after the other.
      let probe = probeTime(after: now.uptime) ?? now.uptime + Self.probes[0]
      return .held(until: now.wall + (probe - now.uptime))
    case .again, .warn:
      // It alone shows the trouble, while the breaker lets others through.
      let count = refusals.count(of: message) - RefusalStreak.attempts - 1
      return .held(until: now.wall + Self.probes[min(max(count, 0), Self.probes.count - 1)])
    }
  }
}

extension DeliveryOutcome {
  fileprivate var isRejected: Bool { if case .rejected = self { true } else { false } }
}
