import JobWatchCore
import JobWatchStore

/// What a channel's answers say of the channel and of the message: whether the one is in trouble, and what becomes of
/// the other. A value, so that the relay only acts.
struct ReceiverHealth: Sendable {
  /// What one outcome means.
  struct Judgement: Sendable {
    var settlement: Ledger.Settlement
    /// The first success after failures shows that the channel works: nobody waits out a delay then.
    var isRecovery: Bool
    /// What the outcome changed for the channel.
    var change: HealthChange?
  }

  let channel: String
  let policy: DeliveryPolicy

  /// Failures in a row that make the whole channel suspect: from then on one message at a time is tried.
  private(set) var gate = Gate(
    threshold: 5, waits: [firstProbe, .minutes(1), .minutes(2), .minutes(5), .minutes(10)])
  private var refusals = RefusalStreak()
  /// Also before the first success after a start: what failed before is not known.
  private var hasFailed = true

  /// From the failure that shuts the channel to the first probe.
  private static let firstProbe = Duration.seconds(30)

  init(channel: String, policy: DeliveryPolicy) {
    self.channel = channel
    self.policy = policy
  }

  mutating func enter(at uptime: Duration) -> Gate.Pass? { gate.enter(at: uptime) }

  /// The channel was failing when the daemon stopped.
  mutating func resumeFailing(at uptime: Duration) {
    gate.resumeShut(at: uptime)
    refusals = RefusalStreak(isInTrouble: true)
  }

  /// - Parameters:
  ///   - start: when the attempt began.
  ///   - luck: in [0, 1), spreads the wait.
  mutating func judge(
    _ message: OutgoingMessage, _ pass: Gate.Pass, _ outcome: DeliveryOutcome, since start: Moment,
    at now: Moment, luck: Double
  ) -> Judgement {
    let verdict = verdict(message, outcome, since: start, at: now)
    let isRecovery = outcome.isDelivered && hasFailed
    // The refusal of one message is no failure of the channel: it waits out its delay while others are taken.
    if verdict == nil || verdict == .hold { hasFailed = !outcome.isDelivered }
    let change = change(pass, outcome, verdict, at: now)
    let settlement = settlement(message, outcome, verdict, at: now, luck: luck)
    if settlement == .givenUp { refusals.forget(message.id) }
    return Judgement(settlement: settlement, isRecovery: isRecovery, change: change)
  }

  /// What a refusal says; nil for any other outcome.
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

  /// A refusal is no recovery: only a message that is taken opens the gate again.
  private mutating func change(
    _ pass: Gate.Pass, _ outcome: DeliveryOutcome, _ verdict: RefusalStreak.Verdict?, at now: Moment
  ) -> HealthChange? {
    switch outcome {
    case .delivered:
      guard gate.succeed(pass) == .opened else { return nil }
      return .channelRecovered(channel, at: now.wall)
    case .rejected(let status, _):
      return refusal(pass, status, verdict, at: now)
    case .retry(_, let reason, let retryAfter):
      guard gate.fail(pass, at: now.uptime, retryAfter: retryAfter ?? .zero) == .shut else {
        return nil
      }
      return .channel(channel, failing: reason, at: now.wall)
    case .gone:
      gate.resumeShut(at: now.uptime + .minutes(10))
      return .channel(channel, failing: outcome.reason ?? "gone", at: now.wall)
    }
  }

  private mutating func refusal(
    _ pass: Gate.Pass, _ status: Int, _ verdict: RefusalStreak.Verdict?, at now: Moment
  ) -> HealthChange? {
    switch verdict {
    case .hold:
      if gate.isShut {
        _ = gate.fail(pass, at: now.uptime)
      } else {
        gate.resumeShut(at: now.uptime + Self.firstProbe)
      }
      return .channel(channel, refusingWith: status, at: now.wall)
    case .warn:
      // The next message, whichever it is, shows at once whether it is the channel.
      if gate.isShut {
        gate.release(pass, at: now.uptime)
      } else {
        gate.resumeShut(at: now.uptime)
      }
      return .channel(channel, refusingWith: status, at: now.wall)
    case .again, .giveUp, nil:
      // The next probe is made with another message, at once.
      gate.release(pass, at: now.uptime)
      return nil
    }
  }

  private func settlement(
    _ message: OutgoingMessage, _ outcome: DeliveryOutcome, _ verdict: RefusalStreak.Verdict?,
    at now: Moment, luck: Double
  ) -> Ledger.Settlement {
    let wish: Duration?
    switch outcome {
    case .delivered: return .delivered
    case .gone: return .held(until: now.wall + .minutes(10))
    case .rejected where verdict == .giveUp: return .givenUp
    case .rejected where verdict == .hold: return .held(until: now.wall + probeWait(at: now.uptime))
    case .rejected: wish = nil
    case .retry(_, _, let retryAfter): wish = retryAfter
    }
    let wait = policy.wait(after: message.attempts + 1, retryAfter: wish, luck: luck)
    return wait.map { .retry(at: now.wall + $0) } ?? .givenUp
  }

  /// A message that is held has its turn again behind those that wait already: so the probes try one after the other,
  /// and one that is never taken holds up nothing.
  private func probeWait(at uptime: Duration) -> Duration {
    guard case .shut(let until) = gate.readiness(at: uptime) else { return Self.firstProbe }
    return until - uptime
  }
}
