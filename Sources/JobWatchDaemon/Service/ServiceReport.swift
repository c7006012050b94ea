import JobWatchCore
import Logging
import Synchronization

/// What the service manager is told of the daemon's life, and when.
///
/// It is told from a ticker, never from a loop, so that a stalled loop cannot keep it from being told nothing: the
/// watchdog is fed only while every loop turns. Where nobody listens it does nothing.
package final class ServiceReport: Sendable {
  private enum Phase { case starting, running, reloading, stopping }

  private struct State {
    var phase = Phase.starting
    var vitals: Vitals?
    var standing = ""
    /// Of the last reload, if it was refused.
    var refusal: String?
    var told = ""
    var begunAt: Duration
    var isUnheard = false
  }

  private let manager: ServiceManager?
  private let clock: Clock
  private let log: Logger
  private let state: Mutex<State>
  private let ticker = Mutex<Ticker?>(nil)

  /// How far ahead of the next tick a start, a reload or a stop is given time.
  private static let grant = Duration.seconds(30)
  /// A migration, or a first scan, that takes longer than this is stuck.
  private static let longestStart = Duration.hours(2)
  private static let longestTick = Duration.seconds(5)

  package init(_ manager: ServiceManager?, clock: @escaping Clock, log: Logger) {
    self.manager = manager
    self.clock = clock
    self.log = log
    state = Mutex(State(begunAt: clock().uptime))
    guard let manager else { return }
    let interval = min(
      manager.watchdogTimeout?.scaled(by: 1.0 / 3) ?? .seconds(5), Self.longestTick)
    ticker.withLock { ticker in
      ticker = Ticker(every: interval) { [weak self] in self?.tick() }
    }
    tell([.extendTimeout(Self.grant)])
  }

  // MARK: What happens

  /// What the daemon does before its loops turn.
  package func begins(_ step: String) { tell([.extendTimeout(Self.grant), .status(step)]) }

  /// From now on these are the loops that must turn.
  package func watches(_ vitals: Vitals) { state.withLock { $0.vitals = vitals } }

  /// Every loop has done what was due: the daemon is up, or up again.
  package func isReady() {
    let status = status
    state.withLock { state in
      state.phase = .running
      state.told = status
    }
    tell([.ready, .status(status)])
  }

  package func reloads() {
    let uptime = clock().uptime
    state.withLock { state in
      state.phase = .reloading
      state.begunAt = uptime
      state.refusal = nil
    }
    tell([.reloading(monotonic: SystemClock.monotonic()), .status("reloading the configuration")])
  }

  /// The old configuration stays.
  package func refusesReload(_ reason: String) {
    state.withLock { $0.refusal = reason }
    isReady()
  }

  package func stops() {
    state.withLock { $0.phase = .stopping }
    tell([.stopping, .status("stopping: what is under way ends")])
  }

  /// The counts of jobs and what else there is to say, in one line.
  package func stands(_ line: String) {
    state.withLock { $0.standing = line }
    tellStatus()
  }

  // MARK: What is told

  /// Whether every loop of the daemon turns, at this moment.
  private func tick() {
    let uptime = clock().uptime
    let (phase, vitals, age) = state.withLock { ($0.phase, $0.vitals, uptime - $0.begunAt) }
    let stalled = vitals?.stalled(at: uptime) ?? []
    guard stalled.isEmpty else {
      log.critical(
        "a loop does not come back: the watchdog is no longer fed",
        metadata: .message(.loopStalled, ["loops": "\(stalled.joined(separator: ", "))"]))
      return
    }
    switch phase {
    case .running: tell([.watchdog])
    case .starting, .reloading:
      if age < Self.longestStart { tell([.watchdog, .extendTimeout(Self.grant)]) }
    case .stopping: break
    }
    tellStatus()
  }

  private func tellStatus() {
    let status = status
    let isNews = state.withLock { state in
      guard state.phase == .running, state.told != status else { return false }
      state.told = status
      return true
    }
    if isNews { tell([.status(status)]) }
  }

  private var status: String {
    let (standing, refusal, vitals) = state.withLock { ($0.standing, $0.refusal, $0.vitals) }
    let failing = (vitals?.failing ?? []).map { "\($0.loop): \($0.failure.reason)" }
    var parts = [standing.isEmpty ? "watching" : standing]
    if !failing.isEmpty { parts.insert("DEGRADED, \(failing.joined(separator: "; "))", at: 0) }
    if let refusal { parts.append("RELOAD REFUSED, the old configuration stays: \(refusal)") }
    return parts.joined(separator: " | ")
  }

  private func tell(_ messages: [ServiceManager.Message]) {
    guard let manager else { return }
    do {
      try manager.tell(messages)
      state.withLock { $0.isUnheard = false }
    } catch {
      let isNews = state.withLock { state in
        defer { state.isUnheard = true }
        return !state.isUnheard
      }
      if isNews {
        log.warning("the service manager is not told", metadata: ["error": "\(error)"])
      }
    }
  }
}
