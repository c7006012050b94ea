/// Lets calls through until they fail, and then only probes. It serves an endpoint, a credential, calls that are not
/// allowed, and a channel.
///
/// ```
///          fails `threshold` times          time for a probe
///  closed ------------------------> open ------------------> half open
///    ^                               ^                           |
///    |                               +-------- fails ------------+
///    +--------------------------- succeeds ----------------------+
/// ```
/// Each opening starts a new generation. A permit carries its generation, and an outcome counts only while that is the
/// present one. A success that was under way when the key was revoked must not close the breaker, nor must ten late
/// failures count as ten failed probes.
package struct CircuitBreaker: Sendable, Hashable {
  package struct Permit: Sendable, Hashable {
    fileprivate var generation: Int
    /// While a probe is under way nothing else passes.
    package fileprivate(set) var isProbe: Bool
  }

  package enum Change: Sendable, Hashable { case opened, closed }

  package enum Readiness: Sendable, Hashable {
    case closed
    /// One call may pass, to find out.
    case probe
    case open(until: Duration)
    /// A probe is under way; its outcome decides.
    case awaitingProbe
  }

  private enum State: Sendable, Hashable {
    case closed(failures: Int)
    case open(probeAt: Duration, step: Int)
    case halfOpen(step: Int)
  }

  private var state: State
  private var generation: Int
  private let threshold: Int
  private let waits: [Duration]
  /// One call passes at a time until the first succeeds.
  private var unproven: Bool
  /// Probes in a row that said nothing.
  private var idleProbes = 0

  /// - Parameters:
  ///   - threshold: failures in a row that open a closed breaker.
  ///   - waits: before the first, second … probe; the last repeats. Not empty.
  ///   - unproven: start by probing, at once.
  ///   - firstGeneration: above those of a breaker that this one replaces, whose permits may still be under way.
  package init(threshold: Int, waits: [Duration], unproven: Bool = false, firstGeneration: Int = 0) {
    generation = firstGeneration
    self.threshold = threshold
    self.waits = waits.isEmpty ? [.minutes(1)] : waits
    self.unproven = unproven
    state = unproven ? .open(probeAt: .zero, step: -1) : .closed(failures: 0)
  }

  package init(breaker policy: BreakerPolicy) {
    var waits = [policy.firstProbe]
    while let last = waits.last, last < policy.longestProbe, waits.count < 32 {
      waits.append(min(last.scaled(by: 2), policy.longestProbe))
    }
    self.init(threshold: policy.failures, waits: waits)
  }

  package func readiness(at uptime: Duration) -> Readiness {
    switch state {
    case .closed: .closed
    case .open(let probeAt, _): uptime >= probeAt ? .probe : .open(until: probeAt)
    case .halfOpen: .awaitingProbe
    }
  }

  /// Whether something went wrong and has not been put right; false for an unproven breaker.
  package var isOpen: Bool {
    switch state {
    case .closed: false
    case .open, .halfOpen: !unproven
    }
  }

  /// Lets a call through; nil when it must wait.
  package mutating func enter(at uptime: Duration) -> Permit? {
    switch readiness(at: uptime) {
    case .closed: return Permit(generation: generation, isProbe: false)
    case .probe:
      guard case .open(_, let step) = state else { return nil }
      state = .halfOpen(step: step)
      return Permit(generation: generation, isProbe: true)
    case .open, .awaitingProbe: return nil
    }
  }

  package mutating func succeed(_ permit: Permit) -> Change? {
    guard permit.generation == generation else { return nil }
    let wasOpen = isOpen
    state = .closed(failures: 0)
    (unproven, idleProbes) = (false, 0)
    return wasOpen ? .closed : nil
  }

  /// - Parameter retryAfter: the wait that the other side asks for, at least.
  package mutating func fail(_ permit: Permit, at uptime: Duration, retryAfter: Duration = .zero) -> Change? {
    guard permit.generation == generation else { return nil }
    switch state {
    case .closed(let failures) where failures + 1 < threshold:
      state = .closed(failures: failures + 1)
      return nil
    case .closed:
      open(step: 0, at: uptime, retryAfter)
      return .opened
    case .halfOpen(let step), .open(_, let step):
      let first = unproven
      unproven = false
      open(step: step + 1, at: uptime, retryAfter)
      return first ? .opened : nil
    }
  }

  /// No call was made: a probe is given back.
  package mutating func release(_ permit: Permit, at uptime: Duration) {
    guard permit.generation == generation, permit.isProbe, case .halfOpen(let step) = state else { return }
    state = .open(probeAt: uptime, step: step)
  }

  /// The outcome says nothing about what this breaker guards. The next probe may say as little: it waits a second, and
  /// twice as long each time, up to a minute.
  package mutating func learnNothing(_ permit: Permit, at uptime: Duration) {
    guard permit.generation == generation, permit.isProbe, case .halfOpen(let step) = state else { return }
    state = .open(probeAt: uptime + .seconds(min(1 << idleProbes, 60)), step: step)
    idleProbes = min(idleProbes + 1, 6)
  }

  /// Makes the next probe due at once.
  package mutating func hasten(at uptime: Duration) {
    guard case .open(let probeAt, let step) = state, probeAt > uptime else { return }
    state = .open(probeAt: uptime, step: step)
  }

  /// Gives up all calls under way, without their outcomes. A first call is made again at once. A probe may have been
  /// refused, and the next one waits as long as it did.
  package mutating func abandon(at uptime: Duration) {
    generation += 1
    guard case .halfOpen(let step) = state else { return }
    let wait = unproven ? .zero : waits[min(max(step, 0), waits.count - 1)]
    state = .open(probeAt: uptime + wait, step: step)
  }

  /// Opens from the start, for trouble that a restart finds on record: the first call is a probe.
  package mutating func resumeOpen(at uptime: Duration) { restart(probeAt: uptime, step: 0) }

  /// Goes on with failures in a row that a restart finds on record. The last that is wanting must be a new one.
  package mutating func resumeClosed(failures: Int) { state = .closed(failures: min(failures, threshold - 1)) }

  /// Opens on a suspicion. The next call is a probe at once, and the waits begin after it.
  package mutating func suspect(at uptime: Duration) { restart(probeAt: uptime, step: -1) }

  /// Begins again, unproven, because what it guards was replaced. Calls under way count no more.
  package mutating func renew() { restart(probeAt: .zero, step: -1, unproven: true) }

  private mutating func restart(probeAt: Duration, step: Int, unproven: Bool = false) {
    generation += 1
    (self.unproven, idleProbes) = (unproven, 0)
    state = .open(probeAt: probeAt, step: step)
  }

  private mutating func open(step: Int, at uptime: Duration, _ retryAfter: Duration) {
    generation += 1
    idleProbes = 0
    let wait = max(waits[min(step, waits.count - 1)], retryAfter)
    state = .open(probeAt: uptime + wait, step: step)
  }
}
