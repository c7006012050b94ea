import JobWatchCore
import JobWatchStore

/// Delivers the messages of one channel. Each channel has a relay of its own, so a slow one delays no other.
///
/// A row is marked after its delivery: a crash between the two repeats the delivery under the same id.
/// `ReceiverHealth` decides; the relay reads what is due, delivers, and stores the result.
actor Relay: Worker {
  nonisolated let name: String

  typealias Delivery = @Sendable (OutgoingMessage, Moment) async throws -> DeliveryOutcome

  private let channel: String
  private let deliver: Delivery
  /// Of one attempt, its result stored.
  private let limit: Duration
  private let context: DaemonContext
  private let routes: RouteTable
  private let alarm: Alarm
  private let loop: LoopHealth
  private let calls: CallsInFlight

  private var health: ReceiverHealth
  private var isLoaded = false
  private var clockWatch = ClockWatch()
  /// Due times may come from a clock that was ahead: after a start, and after the clock was set.
  private var mayBeAhead = true
  private var inFlight: Set<Int64> = []
  /// Settled while the last query was under way, whose answer may still show them as waiting.
  private var settledMeanwhile: Set<Int64> = []
  /// Results that could not be stored yet.
  private var unstored: [DeliveryRecord] = []

  /// Messages under way at once.
  static let concurrency = 8
  private static let boundedAtOnce = 1000

  init(
    channel: String, policy: DeliveryPolicy, routes: RouteTable, _ context: DaemonContext, alarm: Alarm,
    health loop: LoopHealth = LoopHealth("relay"), deliver: @escaping Delivery
  ) {
    name = "relay \(channel)"
    self.channel = channel
    self.deliver = deliver
    // Storing may take long on a busy disk.
    limit = policy.timeout + .minutes(1)
    health = ReceiverHealth(channel: channel, policy: policy)
    self.routes = routes
    self.context = context
    self.alarm = alarm
    self.loop = loop
    calls = CallsInFlight(loop, alarm.time)
  }

  func work(at now: Moment) async throws -> Duration? {
    if !isLoaded { try await load(at: now) }
    try await saveUnstored()
    try await boundDueTimes(at: now)
    let (channel, limit) = (channel, Self.concurrency + inFlight.count)
    let isOpen = health.breaker.isOpen
    settledMeanwhile = []
    let (due, next) = try await context.store.read { transaction in
      (
        try transaction.messages.due(channel, at: now.wall, limit: limit, newestFirst: isOpen),
        try transaction.messages.nextDue(channel, after: now.wall)
      )
    }
    var waiting = due.filter { isFree($0.id) }[...]
    while let message = waiting.first, inFlight.count < Self.concurrency,
      let permit = health.enter(message, at: now.uptime)
    {
      waiting.removeFirst()
      inFlight.insert(message.id)
      calls.run(limit: self.limit) { await self.tell(message, permit) }
    }
    // A delivery that ends rings the alarm.
    let opening = waiting.first.flatMap { health.opening(for: $0, at: now.uptime) }
    return [next.map { now.uptime + ($0 - now.wall) }, opening].compactMap(\.self).min()
  }

  func finish() async { await calls.finish() }

  private func isFree(_ message: Int64) -> Bool {
    !inFlight.contains(message) && !settledMeanwhile.contains(message)
      && !unstored.contains { $0.message.id == message }
  }

  private func load(at now: Moment) async throws {
    let channel = channel
    let (conditions, failures) = try await context.store.read { transaction in
      (try transaction.conditions.open(), try transaction.messages.failuresInARow(channel))
    }
    if conditions.contains(where: { $0.subject == .channel(channel) }) {
      health.resumeFailing(at: now.uptime)
    } else {
      health.resume(failures: failures)
    }
    isLoaded = true
  }

  /// Sets back due times that are too far ahead, some at a time, because a clock that was ahead for a day may have set
  /// very many.
  private func boundDueTimes(at now: Moment) async throws {
    let step = clockWatch.step(at: now)
    guard mayBeAhead || step != nil else { return }
    mayBeAhead = true
    let channel = channel
    while try await context.store.read({ try $0.messages.hasDueTimeAhead(channel, at: now.wall) }) {
      try await context.store.write {
        try $0.messages.boundDueTimes(channel, at: now.wall, after: step ?? .zero, limit: Self.boundedAtOnce)
      }
      loop.turns(at: context.time.now().awake)
    }
    mayBeAhead = false
  }

  // MARK: Deliveries

  private func tell(_ message: OutgoingMessage, _ permit: CircuitBreaker.Permit) async {
    let started = context.time.now()
    let outcome: DeliveryOutcome
    do {
      outcome = try await deliver(message, started)
    } catch {
      outcome = .retry(status: nil, reason: "\(error)", retryAfter: nil)
    }
    if !calls.isAbandoned { await settle(message, permit, outcome, since: started) }
    inFlight.remove(message.id)
    settledMeanwhile.insert(message.id)
    alarm.ring()
  }

  private func settle(
    _ message: OutgoingMessage, _ permit: CircuitBreaker.Permit, _ outcome: DeliveryOutcome, since start: Moment
  ) async {
    let now = context.time.now()
    let record = DeliveryRecord(
      message: message, channel: channel, outcome: outcome,
      judgement: health.judge(
        message, permit, outcome, since: start, at: now, jitter: Double(context.random() >> 11) * 0x1p-53),
      startedAt: start.wall, at: now.wall)
    do {
      try await save(record)
    } catch {
      unstored.append(record)
      context.log.error(
        "what became of a message could not be stored; no other is sent until it is",
        metadata: ["channel": "\(channel)", "error": "\(error)"])
    }
  }

  private func save(_ record: DeliveryRecord) async throws {
    let routes = routes
    try await context.store.write { try record.commit($0, routes: routes) }
  }

  /// Throws while the database cannot be written: the loop waits then, and sends nothing that it could not mark.
  private func saveUnstored() async throws {
    while let record = unstored.first {
      try await save(record)
      unstored.removeFirst()
    }
  }
}
