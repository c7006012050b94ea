/// Lets calls through until they fail, then only probes: the breaker of an endpoint, the pause of a refused
/// credential or of a call that is not allowed, and the pause of a channel are all this.
///
/// ```
///        fails `threshold` times          time for a probe
///  open ------------------------> shut ------------------> probing
///   ^                              ^                          |
///   |                              +------- fails ------------+
///   +-------------------------- succeeds ---------------------+
/// ```
/// Each shutting starts a new generation. A call carries the generation it was let through under, and what it
/// brings counts only while that still holds: a success that was under way when the key was revoked must not
/// open the gate again, nor must ten late failures count as ten failed probes.
package struct CircuitBreaker: Sendable, Hashable {
  package struct Permit: Sendable, Hashable {
    fileprivate var generation: Int
    /// While it is under way nothing else passes.
    package fileprivate(set) var isProbe: Bool
  }

  /// What an outcome changed, for the one who tells it.
  package enum Change: Sendable, Hashable { case shut, opened }

  package enum Readiness: Sendable, Hashable {
    case open
    /// One call may pass, to find out.
    case probe
    case shut(until: Duration)
    /// A probe is under way; its outcome decides.
    case awaitingProbe
  }

  private enum State: Sendable, Hashable {
    case open(failures: Int)
    case shut(probeAt: Duration, step: Int)
    case probing(step: Int)
  }

  private var state: State
  private var generation: Int
  private let threshold: Int
  private let waits: [Duration]
  /// A gate that has let nothing through yet lets one call through at a time until one succeeds.
  private var unproven: Bool

  /// - Parameters:
  ///   - threshold: failures in a row that shut an open gate.
  ///   - waits: before the first, second … probe; the last repeats. Not empty.
  ///   - unproven: start by probing, at once.
  ///   - firstGeneration: above those of a gate that this one replaces, whose passes may still be under way.
  package init(
    threshold: Int, waits: [Duration], unproven: Bool = false, firstGeneration: Int = 0
  ) {
    generation = firstGeneration
    self.threshold = threshold
    self.waits = waits.isEmpty ? [.minutes(1)] : waits
    self.unproven = unproven
    state = unproven ? .shut(probeAt: .zero, step: -1) : .open(failures: 0)
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
    case .open: .open
    case .shut(let probeAt, _): uptime >= probeAt ? .probe : .shut(until: probeAt)
    case .probing: .awaitingProbe
    }
  }

  /// Whether something went wrong and has not been put right (an unproven gate is not in trouble).
  package var isShut: Bool {
    switch state {
    case .open: false
    case .shut, .probing: !unproven
    }
  }

  /// Takes a call through; nil when it must wait.
  package mutating func enter(at uptime: Duration) -> Permit? {
    switch readiness(at: uptime) {
    case .open: return Permit(generation: generation, isProbe: false)
    case .probe:
      guard case .shut(_, let step) = state else { return nil }
      state = .probing(step: step)
      return Permit(generation: generation, isProbe: true)
    case .shut, .awaitingProbe: return nil
    }
  }

  package mutating func succeed(_ pass: Permit) -> Change? {
    guard pass.generation == generation else { return nil }
    let wasShut = isShut
    state = .open(failures: 0)
    unproven = false
    return wasShut ? .opened : nil
  }

  /// `retryAfter`: what the other side asked for, as a floor of the wait.
  package mutating func fail(_ pass: Permit, at uptime: Duration, retryAfter: Duration = .zero)
    -> Change?
  {
    guard pass.generation == generation else { return nil }
    switch state {
    case .open(let failures) where failures + 1 < threshold:
      state = .open(failures: failures + 1)
      return nil
    case .open:
      shut(step: 0, at: uptime, retryAfter)
      return .shut
    case .probing(let step), .shut(_, let step):
      let first = unproven
      unproven = false
      shut(step: step + 1, at: uptime, retryAfter)
      return first ? .shut : nil
    }
  }

  /// The outcome said nothing about what this gate guards: a probe is given back.
  package mutating func release(_ pass: Permit, at uptime: Duration) {
    guard pass.generation == generation, pass.isProbe, case .probing(let step) = state else {
      return
    }
    state = .shut(probeAt: uptime, step: step)
  }

  /// The next probe is made at once, for a reason that the last one did not have.
  package mutating func hasten(at uptime: Duration) {
    guard case .shut(let probeAt, let step) = state, probeAt > uptime else { return }
    state = .shut(probeAt: uptime, step: step)
  }

  /// All that is under way was given up, and nobody will say what it brought. A first call is made again at once; a
  /// probe may have been refused, so that the next one waits as long as it did.
  package mutating func abandon(at uptime: Duration) {
    generation += 1
    guard case .probing(let step) = state else { return }
    let wait = unproven ? .zero : waits[min(max(step, 0), waits.count - 1)]
    state = .shut(probeAt: uptime + wait, step: step)
  }

  /// Shuts from the start, for trouble that a restart finds on record: the first call is a probe.
  package mutating func resumeShut(at uptime: Duration) {
    generation += 1
    unproven = false
    state = .shut(probeAt: uptime, step: 0)
  }

  /// Shuts on a suspicion: the next call shows at once whether it is right, as a probe, and the waits begin after it.
  package mutating func suspect(at uptime: Duration) {
    generation += 1
    unproven = false
    state = .shut(probeAt: uptime, step: -1)
  }

  /// Begins anew, unproven: what it guards was replaced. What is under way counts no more.
  package mutating func renew() {
    generation += 1
    unproven = true
    state = .shut(probeAt: .zero, step: -1)
  }

  private mutating func shut(step: Int, at uptime: Duration, _ retryAfter: Duration) {
    generation += 1
    let wait = max(waits[min(step, waits.count - 1)], retryAfter)
    state = .shut(probeAt: uptime + wait, step: step)
  }
}
