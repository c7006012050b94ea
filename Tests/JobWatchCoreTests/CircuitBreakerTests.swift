@testable import JobWatchCore
import Testing

@Suite struct `A breaker` {
  let waits: [Duration] = [.seconds(30), .minutes(1), .minutes(2)]

  @Test func `opens after failures in a row, and a success in between starts over`() throws {
    var breaker = CircuitBreaker(threshold: 3, waits: waits)
    for _ in 0..<2 {
      let passes = try (0..<3).map { _ in try breaker.pass(at: .zero) }
      #expect(breaker.fail(passes[0], at: .zero) == nil && breaker.fail(passes[1], at: .zero) == nil)
      #expect(breaker.succeed(passes[2]) == nil && !breaker.isOpen)
    }
    for number in 1...3 {
      let pass = try breaker.pass(at: .zero)
      #expect(breaker.fail(pass, at: .zero) == (number == 3 ? .opened : nil))
    }
    #expect(breaker.isOpen && breaker.enter(at: .zero) == nil)
  }

  @Test func `lets one probe through at each step, the last step repeating`() throws {
    var (breaker, time) = (try opened(), Duration.zero)
    for wait in waits + [.minutes(2), .minutes(2)] {
      #expect(breaker.readiness(at: time) == .open(until: time + wait))
      #expect(breaker.enter(at: time + wait - .milliseconds(1)) == nil)
      time += wait
      #expect(breaker.readiness(at: time) == .probe)
      let probe = try breaker.pass(at: time)
      #expect(breaker.readiness(at: time) == .awaitingProbe && breaker.enter(at: time) == nil)
      #expect(breaker.fail(probe, at: time) == nil && breaker.isOpen)
    }
    let probe = try breaker.pass(at: time + .minutes(2))
    #expect(breaker.succeed(probe) == .closed)
    #expect(!breaker.isOpen && breaker.readiness(at: time) == .closed)
  }

  @Test func `lets the next call show whether a suspicion is right, before any wait`() throws {
    var breaker = CircuitBreaker(threshold: 3, waits: waits)
    let early = try breaker.pass(at: .zero)
    breaker.suspect(at: .zero)
    #expect(breaker.isOpen && breaker.readiness(at: .zero) == .probe && breaker.succeed(early) == nil)
    #expect(breaker.fail(try breaker.pass(at: .zero), at: .zero) == nil)
    #expect(breaker.readiness(at: .zero) == .open(until: .seconds(30)))
    breaker.hasten(at: .seconds(10))
    #expect(breaker.fail(try breaker.pass(at: .seconds(10)), at: .seconds(10)) == nil)
    #expect(breaker.readiness(at: .seconds(10)) == .open(until: .seconds(70)))
    breaker.hasten(at: .seconds(80))
    #expect(breaker.succeed(try breaker.pass(at: .seconds(80))) == .closed)
  }

  @Test func `waits longer after each probe that says nothing, and starts over after one that does`() throws {
    var breaker = CircuitBreaker(threshold: 1, waits: waits, unproven: true)
    var time = Duration.zero
    for wait in [1, 2, 4, 8, 16, 32, 60, 60] {
      breaker.learnNothing(try breaker.pass(at: time), at: time)
      #expect(breaker.readiness(at: time) == .open(until: time + .seconds(wait)) && !breaker.isOpen)
      time = time + .seconds(wait)
    }
    #expect(breaker.fail(try breaker.pass(at: time), at: time) == .opened)
    time = time + .seconds(30)
    breaker.learnNothing(try breaker.pass(at: time), at: time)
    #expect(breaker.readiness(at: time) == .open(until: time + .seconds(1)))
    // No call was made.
    time = time + .seconds(1)
    breaker.release(try breaker.pass(at: time), at: time)
    #expect(breaker.readiness(at: time) == .probe)
  }

  @Test func `does not close for a success that was under way when it opened`() throws {
    var breaker = CircuitBreaker(threshold: 1, waits: waits)
    let (early, failing) = (try breaker.pass(at: .zero), try breaker.pass(at: .zero))
    #expect(breaker.fail(failing, at: .zero) == .opened)
    #expect(breaker.succeed(early) == nil && breaker.isOpen)
    let probe = try breaker.pass(at: .seconds(30))
    #expect(breaker.succeed(early) == nil && breaker.readiness(at: .zero) == .awaitingProbe)
    #expect(breaker.succeed(probe) == .closed)
  }

  @Test func `takes ten late failures for one`() throws {
    var breaker = CircuitBreaker(threshold: 1, waits: waits)
    let passes = try (0..<10).map { _ in try breaker.pass(at: .zero) }
    let changes = passes.map { breaker.fail($0, at: .seconds(1)) }
    #expect(changes == [.opened] + [CircuitBreaker.Change?](repeating: nil, count: 9))
    #expect(breaker.readiness(at: .zero) == .open(until: .seconds(31)))
  }

  @Test func `takes a probe back that taught nothing`() throws {
    var breaker = try opened()
    let probe = try breaker.pass(at: .seconds(30))
    breaker.release(probe, at: .seconds(31))
    #expect(breaker.readiness(at: .seconds(31)) == .probe && breaker.isOpen)
    let second = try breaker.pass(at: .seconds(31))
    #expect(breaker.fail(second, at: .seconds(31)) == nil)
    #expect(breaker.readiness(at: .zero) == .open(until: .seconds(91)))
    breaker.release(second, at: .seconds(32))
    #expect(breaker.readiness(at: .seconds(32)) == .open(until: .seconds(91)))
  }

  @Test func `waits at least as long as the other side asks`() throws {
    var breaker = CircuitBreaker(threshold: 1, waits: waits)
    let pass = try breaker.pass(at: .zero)
    #expect(breaker.fail(pass, at: .zero, retryAfter: .minutes(9)) == .opened)
    #expect(breaker.readiness(at: .zero) == .open(until: .minutes(9)))
  }

  @Test func `lets one call through at a time until it is proven`() throws {
    var breaker = CircuitBreaker(threshold: 5, waits: waits, unproven: true)
    #expect(!breaker.isOpen)
    let first = try breaker.pass(at: .zero)
    #expect(breaker.enter(at: .zero) == nil)
    breaker.release(first, at: .zero)
    let second = try breaker.pass(at: .zero)
    #expect(breaker.succeed(second) == nil)
    #expect(breaker.enter(at: .zero) != nil && breaker.enter(at: .zero) != nil)

    var refused = CircuitBreaker(threshold: 5, waits: waits, unproven: true)
    let only = try refused.pass(at: .zero)
    #expect(refused.fail(only, at: .zero) == .opened && refused.isOpen)
    #expect(refused.readiness(at: .zero) == .open(until: .seconds(30)))
  }

  @Test func `that a restart finds open begins with a probe`() throws {
    var breaker = CircuitBreaker(threshold: 3, waits: waits, unproven: true)
    breaker.resumeOpen(at: .seconds(5))
    #expect(breaker.isOpen && breaker.readiness(at: .seconds(5)) == .probe)
    let probe = try breaker.pass(at: .seconds(5))
    #expect(breaker.enter(at: .seconds(5)) == nil && breaker.succeed(probe) == .closed)
  }

  @Test func `waits for no call that was given up, but after a probe as if refused`() throws {
    var fresh = CircuitBreaker(threshold: 1, waits: waits, unproven: true)
    let first = try fresh.pass(at: .zero)
    fresh.abandon(at: .seconds(3))
    #expect(fresh.readiness(at: .seconds(3)) == .probe && !fresh.isOpen)
    #expect(fresh.succeed(first) == nil && fresh.readiness(at: .seconds(3)) == .probe)

    var refused = try opened()
    refused.abandon(at: .seconds(3))
    #expect(refused.readiness(at: .seconds(3)) == .open(until: .seconds(30)))
    // Each reload in the middle of a probe costs as much time as a refused probe.
    for time in [Duration.seconds(30), .seconds(63)] {
      let probe = try refused.pass(at: time)
      refused.abandon(at: time + .seconds(3))
      #expect(refused.succeed(probe) == nil && refused.isOpen)
      #expect(refused.readiness(at: time) == .open(until: time + .seconds(33)))
    }
    let second = try refused.pass(at: .seconds(96))
    #expect(refused.fail(second, at: .seconds(96)) == nil)
    #expect(refused.readiness(at: .seconds(96)) == .open(until: .seconds(156)))

    var proven = CircuitBreaker(threshold: 1, waits: waits)
    let late = try proven.pass(at: .zero)
    proven.abandon(at: .seconds(3))
    #expect(proven.fail(late, at: .seconds(4)) == nil && proven.readiness(at: .zero) == .closed)
  }

  @Test func `of an endpoint doubles its waits up to the longest`() throws {
    let policy = BreakerPolicy(failures: 1, firstProbe: .seconds(1), longestProbe: .seconds(6), grace: .zero)
    var (breaker, time, seen) = (CircuitBreaker(breaker: policy), Duration.zero, [Duration]())
    for _ in 0..<5 {
      let pass = try breaker.pass(at: time)
      _ = breaker.fail(pass, at: time)
      guard case .open(let until) = breaker.readiness(at: time) else { break }
      seen.append(until - time)
      time = until
    }
    #expect(seen == [1, 2, 4, 6, 6].map { .seconds($0) })
  }

  /// Opened at zero by its first failure.
  private func opened() throws -> CircuitBreaker {
    var breaker = CircuitBreaker(threshold: 1, waits: waits)
    let pass = try breaker.pass(at: .zero)
    #expect(breaker.fail(pass, at: .zero) == .opened)
    return breaker
  }
}

extension CircuitBreaker {
  fileprivate struct Closed: Error {}

  /// Takes a call through that must not wait.
  fileprivate mutating func pass(at uptime: Duration) throws -> Permit {
    guard let pass = enter(at: uptime) else { throw Closed() }
    return pass
  }
}
