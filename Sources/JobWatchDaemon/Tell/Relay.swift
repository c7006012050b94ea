import JobWatchCore
import JobWatchStore
import Logging

/// Delivers the messages of one channel. Each channel has a relay and a loop of its own, so that a slow one delays no
/// other. A row is marked after its delivery; a crash between the two repeats the delivery under the same id.
actor Relay: Worker {
  nonisolated let name: String

  typealias Delivery = @Sendable (OutgoingMessage, Moment) async throws -> DeliveryOutcome

  private let channel: String
  private let deliver: Delivery
  private let timeout: Duration
  private let store: Store
  private let routes: RouteTable
  private let clock: Clock
  private let alarm: Alarm
  private let log: Logger
  private let loopHealth: LoopHealth
  private let jitter: @Sendable () -> Double

  private var health: ReceiverHealth
  private var isLoaded = false
  private var clockWatch = ClockWatch()
  /// Due times may come from a clock that was ahead: after a start, and after the clock was set.
  private var mayBeAhead = true
  private var inFlight: [Int64: Task<Void, Never>] = [:]
  /// Settled while the last query was under way, whose answer may still show them as waiting.
  private var settledMeanwhile: Set<Int64> = []
  /// Results that could not be stored yet.
  private var unsaved: [DeliveryRecord] = []
  private var isFinishing = false

  /// Messages under way at once.
  static let concurrency = 8

  /// The longest time to store a result, on a busy disk.
  private static let settlingTime = Duration.minutes(1)

  /// The time that deliveries under way have when the daemon stops.
  private static let farewell = Duration.seconds(3)

  init(
    channel: String, policy: DeliveryPolicy, store: Store, routes: RouteTable,
    clock: @escaping Clock,
    alarm: Alarm, log: Logger, health loopHealth: LoopHealth = LoopHealth("relay"),
    jitter: @escaping @Sendable () -> Double = { .random(in: 0..<1) },
    deliver: @escaping Delivery
  ) {
    name = "relay \(channel)"
    self.channel = channel
    self.deliver = deliver
    timeout = policy.timeout
    health = ReceiverHealth(channel: channel, policy: policy)
    self.store = store
    self.routes = routes
    self.clock = clock
    self.alarm = alarm
    self.log = log
    self.loopHealth = loopHealth
    self.jitter = jitter
  }

  func work(at now: Moment) async throws -> Duration? {
    if !isLoaded { try await load(at: now) }
    try await saveUnsaved()
    try await boundDueTimes(at: now)
    let channel = channel
    let limit = Self.concurrency + inFlight.count
    let isShut = health.breaker.isShut
    settledMeanwhile = []
    let (due, next) = try await store.read { transaction in
      (
        try transaction.dueMessages(
          channel, at: now.wall, limit: limit, newestFirst: isShut),
        try transaction.nextMessageDue(channel, after: now.wall)
      )
    }
    let waiting = due.filter { isFree($0.id) }
    var started = 0
    while started < waiting.count, inFlight.count < Self.concurrency,
      let permit = health.enter(waiting[started], at: now.uptime)
    {
      start(waiting[started], permit)
      started += 1
    }
    return wake(next, waiting: waiting.dropFirst(started).first, at: now)
  }

  /// Sets back due times that are too far ahead, some at a time, because a clock that was ahead for a day may have set
  /// very many.
  private func boundDueTimes(at now: Moment) async throws {
    let step = clockWatch.step(at: now)
    guard mayBeAhead || step != nil else { return }
    mayBeAhead = true
    let channel = channel
    while try await store.read({ try $0.hasDueTimeAhead(channel, at: now.wall) }) {
      try await store.write {
        try $0.boundDueTimes(
          channel, at: now.wall, after: step ?? .zero, limit: Self.boundedAtOnce)
      }
      loopHealth.turns(at: clock().awake)
    }
    mayBeAhead = false
  }

  private static let boundedAtOnce = 1000

  private func isFree(_ message: Int64) -> Bool {
    inFlight[message] == nil && !settledMeanwhile.contains(message)
      && !unsaved.contains { $0.message == message }
  }

  /// When the next message is due, or the breaker lets a probe through. A delivery that ends rings the alarm.
  private func wake(_ next: Timestamp?, waiting: OutgoingMessage?, at now: Moment) -> Duration? {
    var wakes: [Duration] = []
    if let next { wakes.append(now.uptime + (next - now.wall)) }
    if let waiting, let opening = health.opening(for: waiting, at: now.uptime) {
      wakes.append(opening)
    }
    return wakes.min()
  }

  func finish() async {
    isFinishing = true
    await drain(Array(inFlight.values), timeout: Self.farewell, by: alarm.time)
  }

  private func load(at now: Moment) async throws {
    let conditions = try await store.read { try $0.openConditions() }
    if conditions.contains(where: { $0.subject == .channel(channel) }) {
      health.resumeFailing(at: now.uptime)
    }
    isLoaded = true
  }

  private func start(_ message: OutgoingMessage, _ permit: CircuitBreaker.Permit) {
    let limit = timeout + Self.settlingTime
    let mark = loopHealth.callBegan(limit: limit, at: clock().awake)
    inFlight[message.id] = Task {
      let started = self.clock()
      let outcome: DeliveryOutcome
      do {
        outcome = try await self.deliver(message, started)
      } catch {
        outcome = .retry(status: nil, reason: "\(error)", retryAfter: nil)
      }
      if !(self.isFinishing && Task.isCancelled) {
        await self.settle(message, permit, outcome, since: started)
      }
      self.loopHealth.callEnded(mark)
      self.inFlight[message.id] = nil
      self.settledMeanwhile.insert(message.id)
      self.alarm.ring()
    }
  }

  private func settle(
    _ message: OutgoingMessage, _ permit: CircuitBreaker.Permit, _ outcome: DeliveryOutcome,
    since start: Moment
  ) async {
    let now = clock()
    let judgement = health.judge(
      message, permit, outcome, since: start, at: now, jitter: jitter())
    let record = DeliveryRecord(
      message: message.id, channel: channel, settlement: judgement.settlement, outcome: outcome,
      startedAt: start.wall, at: now.wall, recovery: judgement.recovery,
      change: judgement.change,
      loss: judgement.settlement == .givenUp
        ? givenUp(message, after: judgement.attempts, outcome, at: now.wall) : nil,
      isLossQuiet: message.event.kind == EventKind.channelFailing.rawValue)
    do {
      try await save(record)
    } catch {
      unsaved.append(record)
      log.error(
        "what became of a message could not be stored; no other is sent until it is",
        metadata: ["channel": "\(channel)", "error": "\(error)"])
    }
  }

  private func save(_ record: DeliveryRecord) async throws {
    let routes = routes
    try await store.write { try record.commit($0, routes: routes) }
  }

  /// Throws while the database cannot be written: the loop waits then, and sends nothing that it could not mark.
  private func saveUnsaved() async throws {
    while let record = unsaved.first {
      try await save(record)
      unsaved.removeFirst()
    }
  }

  /// The event that a message is given up. The message stays in the database.
  private func givenUp(
    _ message: OutgoingMessage, after attempts: Int, _ outcome: DeliveryOutcome, at now: Timestamp
  ) -> EventDraft {
    let reason = outcome.reason ?? "no reason"
    var data = EventData(
      summary:
        "channel \(channel) was not told of \(message.event.kind) (seq \(message.event.seq)): "
        + "given up after \(attempts) attempts, \(reason)")
    data.channel = channel
    data.cause = reason
    return EventDraft(.channelFailing, at: now, data)
  }
}
