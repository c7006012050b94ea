import JobWatchCore
import Logging
import Synchronization

/// Tells the service manager of the daemon's life.
///
/// A timer feeds the watchdog, and only while every loop turns, because a hanging loop must not feed it. Without a
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
    var loops: HealthRegistry?
    var totals = ""
    /// Why the last reload was refused.
    var refusal: String?
    var told = ""
    /// The stalled loops that were logged last.
    var stalled: [String] = []
    var begunAt: Duration
    /// Messages that must arrive and did not; they are sent again.
    var unheard: [ServiceManager.Message] = []
    var isUnheard = false
    var timer: (any Sendable)?
  }

  private let manager: ServiceManager?
  private let time: Time
  private let log: Logger
  private let state: Mutex<State>

  /// The time that each tick grants a start or a reload; longer than the time between ticks.
  private static let grant = Duration.seconds(30)
  /// A migration, or a first scan, that takes longer than this is stuck.
  private static let longestStart = Duration.hours(2)
  private static let longestTick = Duration.seconds(5)

  package init(_ manager: ServiceManager?, time: Time, log: Logger) {
    self.manager = manager
    self.time = time
    self.log = log
    state = Mutex(State(begunAt: time.now().awake))
    guard let manager else { return }
    let third = manager.watchdogTimeout?.scaled(by: 1.0 / 3) ?? Self.longestTick
    tick(every: min(max(third, .milliseconds(1)), Self.longestTick))
    tell([.extendTimeout(Self.grant)])
  }

  private func tick(every interval: Duration) {
    // The next timer waits for the lock, because a timer that is stored late would end the one after it.
    state.withLock {
      $0.timer = time.wake(interval) { [weak self] in
        self?.tick()
        self?.tick(every: interval)
      }
    }
  }

  /// A step of the start, before the loops turn.
  package func begins(_ step: Step) {
    tell([.extendTimeout(Self.grant), .status(step.rawValue)])
  }

  package func watches(_ loops: HealthRegistry) { state.withLock { $0.loops = loops } }

  /// Every loop has done what was due: the daemon is up, or up again.
  package func isReady() {
    // Loops also settle while they end, which the service manager does not wait for.
    guard proceed({ ($0.phase, $0.isSettled) = (.running, true) }) else { return }
    let status = status()
    state.withLock { $0.told = status }
    tell([.ready, .status(status)])
  }

  package func reloads() {
    let awake = time.now().awake
    guard proceed({ ($0.phase, $0.begunAt, $0.refusal) = (.reloading, awake, nil) }) else { return }
    tell([.reloading(monotonic: awake), .status(Step.reloading.rawValue)])
  }

  /// False, and nothing changes, once the daemon stops.
  private func proceed(_ change: (inout State) -> Void) -> Bool {
    state.withLock { state in
      guard state.phase != .stopping else { return false }
      change(&state)
      return true
    }
  }

  /// `isReady` follows when the loops of the new configuration have settled.
  package func acceptsReload() { state.withLock { $0.isSettled = false } }

  /// The old configuration stays. While its own loops have yet to settle, that is waited for.
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

  /// Sets the part of the status that a `StatusLine` makes.
  package func shows(_ totals: String) {
    state.withLock { $0.totals = totals }
    tellStatus()
  }

  /// Feeds the watchdog if every loop turns now.
  func tick() {
    let awake = time.now().awake
    let (phase, age, unheard) = state.withLock { ($0.phase, awake - $0.begunAt, $0.unheard) }
    tell(unheard)
    let stalled = state.withLock(\.loops)?.stalled(at: awake) ?? []
    logStalled(stalled)
    if stalled.isEmpty {
      // systemd may watch another process.
      let alive: [ServiceManager.Message] = manager?.watchdogTimeout != nil ? [.watchdog] : []
      switch phase {
      case .running: tell(alive)
      case .starting, .reloading:
        tell(alive + (age < Self.longestStart ? [.extendTimeout(Self.grant)] : []))
      case .stopping: break
      }
    }
    tellStatus()
  }

  private func logStalled(_ stalled: [String]) {
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
    let status = status()
    let isNews = state.withLock { state in
      guard state.phase == .running, state.told != status else { return false }
      state.told = status
      return true
    }
    if isNews { tell([.status(status)]) }
  }

  private func status() -> String {
    let (totals, refusal, loops) = state.withLock { ($0.totals, $0.refusal, $0.loops) }
    return StatusText(
      stalled: loops?.stalled(at: time.now().awake) ?? [], failing: loops?.failing ?? [],
      totals: totals, refusal: refusal
    ).line
  }

  private func tell(_ messages: [ServiceManager.Message]) {
    guard let manager, !messages.isEmpty else { return }
    let life = messages.filter(\.isOfLife)
    do {
      try manager.tell(messages)
      state.withLock { state in
        state.isUnheard = false
        if !life.isEmpty { state.unheard = [] }
      }
    } catch {
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

/// The line that `systemctl status` shows of a running daemon: its faults, its totals, and a refused reload.
struct StatusText {
  /// The parts of the line in their order; jobwatch(8) explains each.
  enum Part: CaseIterable { case stalled, degraded, totals, refusal }

  /// Loops that hang.
  var stalled: [String] = []
  var failing: [(loop: String, failure: LoopHealth.Failure)] = []
  /// Empty: not looked at yet.
  var totals = ""
  /// Why the last reload was refused.
  var refusal: String?

  var line: String { Part.allCases.compactMap(text).joined(separator: " | ") }

  /// Nil: that is in order.
  func text(_ part: Part) -> String? {
    switch part {
    case .stalled: stalled.isEmpty ? nil : "STALLED: \(stalled.joined(separator: ", "))"
    case .degraded: failing.isEmpty ? nil : "DEGRADED, \(failures)"
    case .totals: totals.isEmpty ? "watching" : totals
    case .refusal: refusal.map { "RELOAD REFUSED, the old configuration stays: \($0)" }
    }
  }

  /// One text for each reason, because a full disk stops many loops.
  private var failures: String {
    Dictionary(grouping: failing, by: \.failure.reason)
      .map { reason, loops in "\(loops.map(\.loop).joined(separator: ", ")): \(reason)" }
      .sorted().joined(separator: "; ")
  }
}
