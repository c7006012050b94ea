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
    var loops: HealthRegistry?
    /// `loops` are to end, and those of an accepted configuration have yet to begin.
    var isReplaced = false
    var totals = ""
    /// Why the last reload was refused.
    var refusal: String?
    /// The last status that was sent; empty where it is not known to be shown.
    var told = ""
    /// The stalled loops that were logged last.
    var stalled: [String] = []
    var begunAt: Duration
    /// Datagrams that must arrive and could not be sent yet, in their order.
    var unsent: [[ServiceManager.Message]] = []
    /// The log says that nothing can be sent.
    var isWarned = false
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
    tell { _ in [.extendTimeout(Self.grant)] }
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
    tell { _ in [.extendTimeout(Self.grant), .status(step.rawValue)] }
  }

  /// The loops of a configuration begin; those of the one before have ended.
  package func watches(_ loops: HealthRegistry) { state.withLock { ($0.loops, $0.isReplaced) = (loops, false) } }

  /// Every loop has done what was due: the daemon is up, or up again.
  ///
  /// Loops also settle while they end. The service manager does not wait for that, and after an accepted reload it waits
  /// for the next ones.
  package func isReady() {
    tell { state in
      guard state.phase != .stopping, !state.isReplaced else { return [] }
      state.phase = .running
      return [.ready] + newStatus(&state)
    }
  }

  package func reloads() {
    let awake = time.now().awake
    tell { state in
      guard state.phase != .stopping else { return [] }
      (state.phase, state.begunAt, state.refusal, state.told) = (.reloading, awake, nil, "")
      return [.reloading(monotonic: awake), .status(Step.reloading.rawValue)]
    }
  }

  /// `watches` and `isReady` follow, for the loops of the new configuration.
  package func acceptsReload() { state.withLock { $0.isReplaced = true } }

  /// The old configuration stays. While its own loops have yet to settle, that is waited for.
  package func refusesReload(_ reason: String) {
    let loops = state.withLock { state in
      state.refusal = reason
      return state.loops
    }
    if loops?.hasSettled == true { isReady() }
  }

  package func stops() {
    tell { state in
      state.phase = .stopping
      return [.stopping, .status(Step.stopping.rawValue)]
    }
  }

  /// Sets the part of the status that a `StatusLine` makes.
  package func shows(_ totals: String) {
    tell { state in
      state.totals = totals
      return newStatus(&state)
    }
  }

  /// Feeds the watchdog if every loop turns now.
  func tick() {
    let awake = time.now().awake
    let stalled = state.withLock(\.loops)?.stalled(at: awake) ?? []
    logStalled(stalled)
    tell { state in
      guard state.phase != .stopping else { return [] }
      var messages: [ServiceManager.Message] = []
      if stalled.isEmpty {
        // systemd may watch another process.
        if manager?.watchdogTimeout != nil { messages.append(.watchdog) }
        let isLong = awake - state.begunAt >= Self.longestStart
        if state.phase != .running, !isLong { messages.append(.extendTimeout(Self.grant)) }
      }
      return messages + newStatus(&state)
    }
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

  /// The status of a running daemon, if it is another one than was sent last.
  private func newStatus(_ state: inout State) -> [ServiceManager.Message] {
    guard state.phase == .running else { return [] }
    let line = StatusText(
      stalled: state.loops?.stalled(at: time.now().awake) ?? [], failing: state.loops?.failing ?? [],
      totals: state.totals, refusal: state.refusal
    ).line
    guard line != state.told else { return [] }
    state.told = line
    return [.status(line)]
  }

  /// Sends the messages that belong to a change, behind those that could not be sent before. All happens under the lock,
  /// because no message may overtake another; sending does not block.
  private func tell(_ change: (inout State) -> [ServiceManager.Message]) {
    guard let manager else { return }
    let failure = state.withLock { state -> ServiceManager.Unheard? in
      let messages = change(&state)
      if !messages.isEmpty { state.unsent.append(messages) }
      guard !state.unsent.isEmpty else { return nil }
      do throws(ServiceManager.Unheard) {
        while let next = state.unsent.first {
          try manager.tell(next)
          state.unsent.removeFirst()
        }
        state.isWarned = false
        return nil
      } catch {
        // The ticks repeat the others.
        state.unsent.removeAll { !$0.contains(where: \.isOfLife) }
        state.told = ""
        defer { state.isWarned = true }
        return state.isWarned ? nil : error
      }
    }
    if let failure { log.warning("the service manager is not told", metadata: ["error": "\(failure)"]) }
  }
}

/// The line that `systemctl status` shows of a running daemon: its faults, its totals, and a refused reload.
struct StatusText {
  /// The parts of the line in their order; jobwatch(8) explains each.
  enum Part: CaseIterable { case stalled, degraded, totals, refusal }

  var stalled: [String] = []
  var failing: [(loop: String, failure: LoopHealth.Failure)] = []
  /// Empty: not looked at yet.
  var totals = ""
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
