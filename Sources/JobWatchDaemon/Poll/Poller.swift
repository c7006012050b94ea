import CloudAPI
import JobWatchCore
import JobWatchStore
import Logging
import Synchronization

/// Asks the cloud about whatever is due, within what each account's budget and health allow.
///
/// `work` starts calls and returns; each answer comes back as a message of its own (`PollerAnswers.swift`), so
/// that one black hole delays nobody. Whom to ask when is the queue's to say (`PollQueue`). It is rebuilt from the job
/// rows at start; new jobs are read from the event table, where their registration stands, so that a lost hint costs
/// half a minute at most.
package actor Poller: Worker {
  package nonisolated let name = "poller"

  let store: Store
  let routes: RouteTable
  let clock: Clock
  let log: Logger
  let alarm: Alarm
  let memory: CredentialMemory
  let pulse: LoopHealth
  let grace: Duration

  var lanes: [EndpointKey: Lane]
  var credentials: CredentialBook
  var queue: PollQueue
  var clockWatch = ClockWatch()
  var clockSetAt: Timestamp?
  /// Times of jobs may be stored that are later than now: at a start, and when the clock was set back.
  var mayHaveTimesAhead = true
  var reviewedAt = Duration.seconds(-3600)
  /// Accounts that are paused by hand.
  var held: Set<String> = []
  let clients: [String: CloudClient]
  /// What could not be stored yet of the health that was judged.
  var unsaved: [ConditionChange] = []
  /// No call before this: its answer could not be stored just now.
  var storeRetryAt: Duration?
  /// Under way, by the order of their start.
  private var calls: [Int: Task<Void, Never>] = [:]
  private var started = 0
  var isFinishing = false
  /// When the loop will look again; an answer that makes something due before that rings.
  var plannedWake: Duration = .zero

  var isLoaded = false
  var seenSeq: Int64 = 0
  nonisolated let hasNews = Atomic(true)
  var lastNewsAt: Duration = .zero

  /// Due times are served in ticks, so that a thousand polls a second do not wake the loop a thousand times.
  static let tick = Duration.milliseconds(10)

  package init(
    configuration: Configuration, store: Store, clients: [String: CloudClient],
    logins: [AccountLogin], clock: @escaping Clock, alarm: Alarm, log: Logger,
    memory: CredentialMemory = CredentialMemory(), pulse: LoopHealth = LoopHealth("poller")
  ) throws {
    self.store = store
    self.clients = clients
    self.clock = clock
    self.alarm = alarm
    self.log = log
    self.memory = memory
    self.pulse = pulse
    routes = configuration.routeTable
    grace = configuration.breaker.grace
    credentials = try CredentialBook(logins, probes: configuration.probes)
    queue = configuration.pollQueue
    lanes = configuration.lanes(in: queue)
  }

  /// New jobs may be there.
  package nonisolated func hint() {
    hasNews.store(true, ordering: .releasing)
    alarm.ring()
  }

  package func work(at now: Moment) async throws -> Duration? {
    noteClock(now)
    await boundJobTimes(at: now)
    if !isLoaded { try await load(at: now) }
    try await takeNews(at: now)
    try await review(at: now.uptime)
    credentials.refresh(at: now.uptime, log: log)
    startLogins(at: now)
    tellOutages(at: now)
    tellLockouts(at: now)
    try await saveConditions()
    if storeRetryAt ?? .zero <= now.uptime {
      try await startCalls(at: now)
      // Nobody is asked, of a paused account say: then there is no answer that cannot be stored.
      if calls.isEmpty { answersCanBeStored(at: now) }
    }
    plannedWake = nextWake(at: clock())
    return plannedWake
  }

  /// What was asked is worth its answer, for a moment.
  package func finish() async {
    isFinishing = true
    let calls = Array(calls.values)
    await Farewell(Self.farewell).wait(for: calls)
    // One that never came to work knows nothing: what the one before it knew is for the next.
    if isLoaded { memory.keep(credentials) }
    await saveLastLimiters()
  }

  private static let farewell = Duration.seconds(3)

  private func nextWake(at now: Moment) -> Duration {
    var next = now.uptime + Alarm.longestWait
    for (key, lane) in lanes where !held.contains(key.account) {
      switch readiness(of: key, at: now.uptime) {
      case .now: next = now.uptime
      case .at(let time): next = min(next, time)
      case .asleep: break
      }
      if let outage = lane.outage, !outage.isTold, lane.breaker.isShut {
        next = min(next, now.uptime + max(outage.since + grace - now.wall, .zero))
      }
    }
    if let work = credentials.nextWork(except: held, grace: grace, at: now) {
      next = min(next, work)
    }
    return max(next, now.uptime + Self.tick, storeRetryAt ?? .zero)
  }

  /// Runs beside everything else, until `finish` ends it.
  func run(_ work: @escaping @Sendable () async -> Void) {
    started += 1
    let number = started
    let mark = pulse.callBegan(limit: Self.callLimit, at: clock().awake)
    calls[number] = Task {
      await work()
      self.pulse.callEnded(mark)
      self.calls[number] = nil
    }
  }

  /// A call, one repeated for its date, one for the progress, and what is stored: each has a limit that is far shorter.
  private static let callLimit = Duration.minutes(5)

  /// Jobs whose time has come, whether or not anything stands in the way of their poll.
  func due(at uptime: Duration) -> Int { queue.due(at: uptime) }

  /// Whether the running call was ended by `finish`: its outcome means nothing.
  var isAbandoned: Bool { isFinishing && Task.isCancelled }
}
