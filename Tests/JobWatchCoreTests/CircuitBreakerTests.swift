@testable import JobWatchCore
import Testing

@Suite struct `A gate` {
  let waits: [Duration] = [.seconds(30), .minutes(1), .minutes(2)]

  @Test func `shuts after failures in a row, and a success in between starts over`() throws {
    var gate = CircuitBreaker(threshold: 3, waits: waits)
    for _ in 0..<2 {
      let passes = try (0..<3).map { _ in try gate.pass(at: .zero) }
      #expect(gate.fail(passes[0], at: .zero) == nil && gate.fail(passes[1], at: .zero) == nil)
      #expect(gate.succeed(passes[2]) == nil && !gate.isShut)
    }
    for number in 1...3 {
      let pass = try gate.pass(at: .zero)
      #expect(gate.fail(pass, at: .zero) == (number == 3 ? .shut : nil))
    }
    #expect(gate.isShut && gate.enter(at: .zero) == nil)
  }

  @Test func `lets one probe through at each step, the last step repeating`() throws {
    var (gate, time) = (try shut(), Duration.zero)
    for wait in waits + [.minutes(2), .minutes(2)] {
      #expect(gate.readiness(at: time) == .shut(until: time + wait))
      #expect(gate.enter(at: time + wait - .milliseconds(1)) == nil)
      time += wait
      #expect(gate.readiness(at: time) == .probe)
      let probe = try gate.pass(at: time)
      #expect(gate.readiness(at: time) == .awaitingProbe && gate.enter(at: time) == nil)
      #expect(gate.fail(probe, at: time) == nil && gate.isShut)
    }
    let probe = try gate.pass(at: time + .minutes(2))
    #expect(gate.succeed(probe) == .opened)
    #expect(!gate.isShut && gate.readiness(at: time) == .open)
  }

  @Test func `lets the next call show whether a suspicion is right, before any wait`() throws {
    var gate = CircuitBreaker(threshold: 3, waits: waits)
    let early = try gate.pass(at: .zero)
    gate.suspect(at: .zero)
    #expect(gate.isShut && gate.readiness(at: .zero) == .probe && gate.succeed(early) == nil)
    #expect(gate.fail(try gate.pass(at: .zero), at: .zero) == nil)
    #expect(gate.readiness(at: .zero) == .shut(until: .seconds(30)))
    gate.hasten(at: .seconds(10))
    #expect(gate.fail(try gate.pass(at: .seconds(10)), at: .seconds(10)) == nil)
    #expect(gate.readiness(at: .seconds(10)) == .shut(until: .seconds(70)))
    gate.hasten(at: .seconds(80))
    #expect(gate.succeed(try gate.pass(at: .seconds(80))) == .opened)
  }

  @Test func `does not open for a success that was under way when it shut`() throws {
    var gate = CircuitBreaker(threshold: 1, waits: waits)
    let (early, failing) = (try gate.pass(at: .zero), try gate.pass(at: .zero))
    #expect(gate.fail(failing, at: .zero) == .shut)
    #expect(gate.succeed(early) == nil && gate.isShut)
    let probe = try gate.pass(at: .seconds(30))
    #expect(gate.succeed(early) == nil && gate.readiness(at: .zero) == .awaitingProbe)
    #expect(gate.succeed(probe) == .opened)
  }

  @Test func `takes ten late failures for one`() throws {
    var gate = CircuitBreaker(threshold: 1, waits: waits)
    let passes = try (0..<10).map { _ in try gate.pass(at: .zero) }
    let changes = passes.map { gate.fail($0, at: .seconds(1)) }
    #expect(changes == [.shut] + [CircuitBreaker.Change?](repeating: nil, count: 9))
    #expect(gate.readiness(at: .zero) == .shut(until: .seconds(31)))
  }

  @Test func `takes a probe back that taught nothing`() throws {
    var gate = try shut()
    let probe = try gate.pass(at: .seconds(30))
    gate.release(probe, at: .seconds(31))
    #expect(gate.readiness(at: .seconds(31)) == .probe && gate.isShut)
    let second = try gate.pass(at: .seconds(31))
    #expect(gate.fail(second, at: .seconds(31)) == nil)
    #expect(gate.readiness(at: .zero) == .shut(until: .seconds(91)))
    gate.release(second, at: .seconds(32))
    #expect(gate.readiness(at: .seconds(32)) == .shut(until: .seconds(91)))
  }

  @Test func `waits at least as long as the other side asks`() throws {
    var gate = CircuitBreaker(threshold: 1, waits: waits)
    let pass = try gate.pass(at: .zero)
    #expect(gate.fail(pass, at: .zero, retryAfter: .minutes(9)) == .shut)
    #expect(gate.readiness(at: .zero) == .shut(until: .minutes(9)))
  }

  @Test func `lets one call through at a time until it is proven`() throws {
    var gate = CircuitBreaker(threshold: 5, waits: waits, unproven: true)
    #expect(!gate.isShut)
    let first = try gate.pass(at: .zero)
    #expect(gate.enter(at: .zero) == nil)
    gate.release(first, at: .zero)
    let second = try gate.pass(at: .zero)
    #expect(gate.succeed(second) == nil)
    #expect(gate.enter(at: .zero) != nil && gate.enter(at: .zero) != nil)

    var refused = CircuitBreaker(threshold: 5, waits: waits, unproven: true)
    let only = try refused.pass(at: .zero)
    #expect(refused.fail(only, at: .zero) == .shut && refused.isShut)
    #expect(refused.readiness(at: .zero) == .shut(until: .seconds(30)))
  }

  @Test func `that a restart finds shut begins with a probe`() throws {
    var gate = CircuitBreaker(threshold: 3, waits: waits, unproven: true)
    gate.resumeShut(at: .seconds(5))
    #expect(gate.isShut && gate.readiness(at: .seconds(5)) == .probe)
    let probe = try gate.pass(at: .seconds(5))
    #expect(gate.enter(at: .seconds(5)) == nil && gate.succeed(probe) == .opened)
  }

  @Test func `waits for no call that was given up, but after a probe as if refused`() throws {
    var fresh = CircuitBreaker(threshold: 1, waits: waits, unproven: true)
    let first = try fresh.pass(at: .zero)
    fresh.abandon(at: .seconds(3))
    #expect(fresh.readiness(at: .seconds(3)) == .probe && !fresh.isShut)
    #expect(fresh.succeed(first) == nil && fresh.readiness(at: .seconds(3)) == .probe)

    var refused = try shut()
    refused.abandon(at: .seconds(3))
    #expect(refused.readiness(at: .seconds(3)) == .shut(until: .seconds(30)))
    // Each reload in the middle of a probe costs as much time as a refused probe.
    for time in [Duration.seconds(30), .seconds(63)] {
      let probe = try refused.pass(at: time)
      refused.abandon(at: time + .seconds(3))
      #expect(refused.succeed(probe) == nil && refused.isShut)
      #expect(refused.readiness(at: time) == .shut(until: time + .seconds(33)))
    }
    let second = try refused.pass(at: .seconds(96))
    #expect(refused.fail(second, at: .seconds(96)) == nil)
    #expect(refused.readiness(at: .seconds(96)) == .shut(until: .seconds(156)))

    var proven = CircuitBreaker(threshold: 1, waits: waits)
    let late = try proven.pass(at: .zero)
    proven.abandon(at: .seconds(3))
    #expect(proven.fail(late, at: .seconds(4)) == nil && proven.readiness(at: .zero) == .open)
  }

  @Test func `of an endpoint doubles its waits up to the longest`() throws {
    let policy = BreakerPolicy(failures: 1, firstProbe: .seconds(1), longestProbe: .seconds(6), grace: .zero)
    var (gate, time, seen) = (CircuitBreaker(breaker: policy), Duration.zero, [Duration]())
    for _ in 0..<5 {
      let pass = try gate.pass(at: time)
      _ = gate.fail(pass, at: time)
      guard case .shut(let until) = gate.readiness(at: time) else { break }
      seen.append(until - time)
      time = until
    }
    #expect(seen == [1, 2, 4, 6, 6].map { .seconds($0) })
  }

  /// Shut at zero by its first failure.
  private func shut() throws -> CircuitBreaker {
    var gate = CircuitBreaker(threshold: 1, waits: waits)
    let pass = try gate.pass(at: .zero)
    #expect(gate.fail(pass, at: .zero) == .shut)
    return gate
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
