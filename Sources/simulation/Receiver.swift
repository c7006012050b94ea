import CloudAPI
import CloudModel
import JobWatchCore

/// The receiver of one webhook channel, with its troubles.
final class Receiver: Host {
  enum Trouble: String, CaseIterable {
    case connectionRefused, silent, failing, failingWithRetryAfter, slow, gone, badRequest, unsteady
  }

  struct Delivery {
    var at: Duration
    var id: String
    var body: [UInt8]
    var isAccepted: Bool
    /// Nil: the signature is right.
    var objection: String?
  }

  let channel: String
  let host: String
  private let time: VirtualTime
  private let signature: WebhookSignature
  private var draw: Draw
  private var trouble: (trouble: Trouble, until: Duration)?
  /// No trouble begins any more.
  private var isCalm = false
  private(set) var deliveries: [Delivery] = []
  /// Deliveries that met a trouble, and that failed without one.
  private(set) var troublesMet: [Trouble: Int] = [:]
  private(set) var singleFailures = 0
  /// The times in which it took nothing, or not everything.
  private(set) var outages: [ClosedRange<Duration>] = []
  private var away: [ClosedRange<Duration>] = []
  /// Messages that came before the time that an answer asked for.
  private(set) var early: [String] = []
  /// Attempts in a row that failed since it took something.
  private(set) var failures: [Duration] = []
  var tell: (String) -> Void = { _ in }
  private(set) var notBefore: [String: (time: Duration, askedAt: Duration, generation: Int)] = [:]
  /// Until when it last asked each message to wait, also of a process that is gone.
  private(set) var putOff: [String: Duration] = [:]
  /// How many configurations have been at work; nil: no process is there to hear an answer.
  var generation: () -> Int? = { nil }
  /// The chance, 0 to 1, that a delivery fails though no trouble is set.
  var failureChance = 0.0
  /// Ids of messages that it answered with 400: after three attempts they may be given up.
  private(set) var declined: Set<String> = []

  init(seed: UInt64, _ channel: Setup.Channel, _ time: VirtualTime) {
    (self.channel, host, self.time) = (channel.name, channel.host, time)
    signature = WebhookSignature(secrets: channel.secret.map { [$0] } ?? [])
    draw = Draw(seed: seed, for: "receiver \(channel.name)")
  }

  func set(_ trouble: Trouble, for duration: Duration) {
    if isCalm { return }
    self.trouble = (trouble, time.now + duration)
    outages.append(time.now...(time.now + duration))
  }

  /// The daemon does not know it.
  func remove(for duration: Duration) { away.append(time.now...(time.now + duration)) }

  func hasBeenWell(for duration: Duration) -> Bool {
    failureChance == 0 && hasBeenKnown(for: duration) && !outages.contains { $0.upperBound > time.now - duration }
  }

  /// Whether it was in the configuration.
  func hasBeenKnown(for duration: Duration) -> Bool {
    !away.contains { $0.upperBound > time.now - duration }
  }

  /// What it asked for last, or while nothing could be written, the dead process could not put on record.
  func processHasDied(_ couldWrite: Bool) {
    notBefore = notBefore.filter { couldWrite && time.now - $0.value.askedAt > .seconds(5) }
  }

  func calm() {
    (trouble, failureChance, isCalm) = (nil, 0, true)
    outages = outages.map { $0.clamped(to: .zero...time.now) }
  }

  func answer(_ request: ReceivedRequest, to name: String) -> NetworkAnswer {
    if let (trouble, until) = trouble {
      if until > time.now {
        troublesMet[trouble, default: 0] += 1
        if ![.slow, .unsteady].contains(trouble) { failures.append(time.now) }
        return disturbed(trouble, request)
      }
      self.trouble = nil
    }
    guard draw.chance(failureChance) else {
      take(request, true)
      return .reply(.status(200))
    }
    outages.append(time.now...time.now)
    singleFailures += 1
    take(request, false)
    // It may have it all the same: its answer is lost.
    if draw.chance(0.5) { return .failure(HTTPFailure(.reset, "the connection was reset")) }
    return .reply(.status(draw.pick([500, 502, 503])))
  }

  private func disturbed(_ trouble: Trouble, _ request: ReceivedRequest) -> NetworkAnswer {
    switch trouble {
    case .connectionRefused: return .failure(HTTPFailure(.refused, "connection refused"))
    case .silent:
      take(request, false)
      return .silence
    case .failing:
      take(request, false)
      return .reply(.status(draw.pick([500, 502, 503])))
    case .failingWithRetryAfter:
      take(request, false)
      let wait = draw.number(1...600)
      tell("\(channel) asks \(request.header("webhook-id") ?? "") to wait for \(wait) s")
      putOff[request.header("webhook-id") ?? ""] = time.now + .seconds(wait)
      if let generation = generation() {
        notBefore[request.header("webhook-id") ?? ""] = (time.now + .seconds(wait), time.now, generation)
      }
      return .reply(.status(503, retryAfter: wait))
    case .slow:
      take(request, true)
      var reply = Reply.status(200)
      reply.delivery = .late(draw.spread(.milliseconds(200) ... .seconds(10)))
      return .reply(reply)
    case .unsteady:
      let isAccepted = draw.chance(0.5)
      if !isAccepted { failures.append(time.now) }
      take(request, isAccepted)
      return .reply(.status(isAccepted ? 200 : 503))
    case .gone: return .reply(.status(410))
    case .badRequest:
      declined.insert(request.header("webhook-id") ?? "")
      return .reply(.status(400))
    }
  }

  private func take(_ request: ReceivedRequest, _ isAccepted: Bool) {
    if let limit = notBefore.removeValue(forKey: request.header("webhook-id") ?? "")?.time,
      time.now < limit - .seconds(2)
    {
      early.append(request.header("webhook-id") ?? "")
    }
    var objection: String?
    // A sender whose clock is wrong is refused, and that is right.
    if abs(time.clockError.seconds) < 240,
      case .rejected(let reason) = signature.verification(of: request, at: time.truth)
    {
      objection = reason
    }
    if isAccepted { failures = [] }
    // A receiver that takes a message works again: what it asked a process for that is gone is not known any more.
    if isAccepted { notBefore = notBefore.filter { $0.value.generation == generation() } }
    tell("\(channel) \(isAccepted ? "takes" : "does not take") \(request.header("webhook-id") ?? "")")
    deliveries.append(
      Delivery(
        at: time.now, id: request.header("webhook-id") ?? "", body: request.body, isAccepted: isAccepted,
        objection: objection))
  }
}
