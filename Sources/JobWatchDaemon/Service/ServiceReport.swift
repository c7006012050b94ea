import JobWatchCore
import Logging
import Synchronization

/// Tells the service manager of the daemon's life.
///
/// A ticker feeds the watchdog, and only while every loop turns, so that a hanging loop cannot feed it. Without a
/// service manager it does nothing.
package final class ServiceReport: Sendable {
  /// The status while the daemon is not running; jobwatch(8) lists the steps.
  package enum Step: String, CaseIterable {
    case openingDatabase = "opening the database"
    case migrating = "bringing the database up to date"
    case readingLog = "reading the status log"
    case readingSpool = "reading the spool and the schedule"
    case reloading = "reloading the configuration"
    case stopping = "stopping: what is under way ends"
  }

  private enum Phase { case starting, running, reloading, stopping }

  private struct State {
    var phase = Phase.starting
    /// Every loop of the last configuration has done what was due.
    var isSettled = false
    var vitals: HealthRegistry?
    var standing = ""
    /// Why the last reload was refused.
    var refusal: String?
    var told = ""
    /// The stalled loops that were logged last.
    var stalled: [String] = []
    var begunAt: Duration
    /// Messages that must arrive and did not; they are sent again.
    var unheard: [ServiceManager.Message] = []
    var isUnheard = false
  }

  private let manager: ServiceManager?
  private let clock: Clock
  private let log: Logger
  private let state: Mutex<State>
  private let ticker = Mutex<Ticker?>(nil)

  /// The time that each tick grants a start or a reload; longer than the time between ticks.
  private static let grant = Duration.seconds(30)
  /// A migration, or a first scan, that takes longer than this is stuck.
  private static let longestStart = Duration.hours(2)
  private static let longestTick = Duration.seconds(5)

  /// - Parameter interval: between two ticks; nil: as often as the service manager asks for.
  package init(
    _ manager: ServiceManager?, every interval: Duration? = nil, clock: @escaping Clock, log: Logger
  ) {
    self.manager = manager
    self.clock = clock
    self.log = log
    state = Mutex(State(begunAt: clock().awake))
    guard let manager else { return }
    let third = manager.watchdogTimeout?.scaled(by: 1.0 / 3) ?? Self.longestTick
    let interval = interval ?? min(third, Self.longestTick)
    ticker.withLock { ticker in
      ticker = Ticker(every: interval) { [weak self] in self?.tick() }
    }
    tell([.extendTimeout(Self.grant)])
  }

  // MARK: What happens

  /// A step of the start, before the loops turn.
  package func begins(_ step: Step) {
    tell([.extendTimeout(Self.grant), .status(step.rawValue)])
  }

  /// Sets the loops that must turn from now on.
  package func watches(_ vitals: HealthRegistry) { state.withLock { $0.vitals = vitals } }

  /// Every loop has done what was due: the daemon is up, or up again.
  package func isReady() {
    let isStopping = state.withLock { state in
      guard state.phase != .stopping else { return true }
      state.phase = .running
      state.isSettled = true
      return false
    }
    // Loops that settle while they end are not what the service manager waits for any more.
    guard !isStopping else { return }
    let status = status(at: clock().awake)
    state.withLock { $0.told = status }
    tell([.ready, .status(status)])
  }

  package func reloads() {
    let awake = clock().awake
    let isStopping = state.withLock { state in
      guard state.phase != .stopping else { return true }
      state.phase = .reloading
      state.begunAt = awake
      state.refusal = nil
      return false
    }
    guard !isStopping else { return }
    tell([.reloading(monotonic: awake), .status(Step.reloading.rawValue)])
  }

  /// The new configuration will be at work when its loops have settled, which `isReady` says.
  package func acceptsReload() { state.withLock { $0.isSettled = false } }

  /// The old configuration stays. It may still be settling itself: then that is waited for.
  package func refusesReload(_ reason: String) {
    let isSettled = state.withLock { state in
      state.refusal = reason
      return state.isSettled
    }
    if isSettled { isReady() }
  }

  package func stops() {
    state.withLock { $0.phase = .stopping }
    tell([.stopping, .status(Step.stopping.rawValue)])
  }

  /// The counts of jobs and what else there is to say, in one line.
  package func stands(_ line: String) {
    state.withLock { $0.standing = line }
    tellStatus()
  }

  // MARK: What is told

  /// Feeds the watchdog if every loop of the daemon turns at this moment.
  func tick() {
    let awake = clock().awake
    let (phase, vitals, age, unheard) = state.withLock {
      ($0.phase, $0.vitals, awake - $0.begunAt, $0.unheard)
    }
    if !unheard.isEmpty { tell(unheard) }
    let stalled = vitals?.stalled(at: awake) ?? []
    log(stalled)
    if stalled.isEmpty {
      // systemd may watch another process.
      let isWatched = manager?.watchdogTimeout != nil
      let alive: [ServiceManager.Message] = isWatched ? [.watchdog] : []
      switch phase {
      case .running: tell(alive)
      case .starting, .reloading:
        tell(alive + (age < Self.longestStart ? [.extendTimeout(Self.grant)] : []))
      case .stopping: break
      }
    }
    tellStatus()
  }

  private func log(_ stalled: [String]) {
    let isNews = state.withLock { state in
      defer { state.stalled = stalled }
      return state.stalled != stalled
    }
    guard isNews, !stalled.isEmpty else { return }
    log.critical(
      "a loop does not come back: the watchdog is no longer fed",
      metadata: .message(.loopStalled, ["loops": "\(stalled.joined(separator: ", "))"]))
  }

  private func tellStatus() {
    let status = status(at: clock().awake)
    let isNews = state.withLock { state in
      guard state.phase == .running, state.told != status else { return false }
      state.told = status
      return true
    }
    if isNews { tell([.status(status)]) }
  }

  private func status(at awake: Duration) -> String {
    let (standing, refusal, vitals) = state.withLock { ($0.standing, $0.refusal, $0.vitals) }
    return StatusText(
      stalled: vitals?.stalled(at: awake) ?? [], failing: vitals?.failing ?? [],
      standing: standing, refusal: refusal
    ).line
  }

  private func tell(_ messages: [ServiceManager.Message]) {
    guard let manager, !messages.isEmpty else { return }
    do {
      try manager.tell(messages)
      let isLife = messages.contains(where: \.isOfLife)
      state.withLock { state in
        state.isUnheard = false
        if isLife { state.unheard = [] }
      }
    } catch {
      let life = messages.filter(\.isOfLife)
      let isNews = state.withLock { state in
        defer { state.isUnheard = true }
        if !life.isEmpty { state.unheard = life }
        return !state.isUnheard
      }
      if isNews {
        log.warning("the service manager is not told", metadata: ["error": "\(error)"])
      }
    }
  }
}
