import Testing

@testable import JobWatchCore
@testable import JobWatchDaemon
@testable import JobWatchStore

/// What follows from each outcome in each state of a channel.
@Suite struct `The health of a receiver` {
  /// Plays attempts that are written as `SECOND MESSAGE OUTCOME`: a status, or `503+60` with a `Retry-After`.
  private struct Machine {
    var health = ReceiverHealth(
      channel: "a",
      policy: DeliveryPolicy(delays: [.zero, .seconds(5), .seconds(6), .seconds(7), .seconds(8)], spread: 0))
    /// As the row counts them: what is kept costs none.
    var attempts: [Int64: Int] = [:]

    static func moment(_ second: Int) -> Moment {
      Moment(wall: Timestamp(milliseconds: 1_795_000_000_000) + .seconds(second), uptime: .hours(1) + .seconds(second))
    }

    func message(_ id: Int64) -> OutgoingMessage {
      OutgoingMessage(
        id: id, job: nil, attempts: attempts[id] ?? 0,
        event: StoredEvent(seq: id, id: "msg_\(id)", at: Self.moment(0).wall, kind: "job.failed", data: "{}"))
    }

    /// `waits`, or what becomes of each message, and of the channel if that changes.
    mutating func play(_ story: String) throws -> [String] {
      var outcomes: [String] = []
      for step in story.split(separator: "; ") {
        let words = step.split(separator: " ")
        let now = Self.moment(try #require(Int(words[0])))
        let message = message(try #require(Int64(words[1])))
        guard let permit = health.enter(message, at: now.uptime) else {
          outcomes.append("waits")
          continue
        }
        outcomes.append(judge(message, permit, try Self.outcome(words[2]), at: now))
      }
      return outcomes
    }

    static func outcome(_ text: Substring) throws -> DeliveryOutcome {
      let parts = text.split(separator: "+")
      let status = try #require(Int(parts[0]))
      switch status {
      case 200: return .taken
      case 400: return .refused(status)
      case 410: return .gone(status: status)
      default:
        let wait = parts.dropFirst().first.flatMap { Int($0) }
        return .retry(status: status, reason: "\(status)", retryAfter: wait.map { .seconds($0) })
      }
    }

    mutating func judge(
      _ message: OutgoingMessage, _ permit: CircuitBreaker.Permit, _ outcome: DeliveryOutcome, at now: Moment
    ) -> String {
      let judgement = health.judge(message, permit, outcome, since: now, at: now, jitter: 0.5)
      var words: [String] = []
      switch judgement.settlement {
      case .delivered: words.append("delivered")
      case .retry(let time):
        attempts[message.id, default: 0] += 1
        words.append("retry \(Int((time - now.wall).seconds))")
      case .held(let time): words.append("kept \(Int((time - now.wall).seconds))")
      case .givenUp: words.append("given up after \(judgement.attempts)")
      }
      if let change = judgement.change { words.append(change.isEnd ? "recovered" : "failing") }
      if let others = judgement.dueExcept {
        let texts = others.map { "\($0)" + ($1.map { " in \(Int(($0 - now.wall).seconds))" } ?? "") }
        words.append("due except [\(texts.sorted().joined(separator: ", "))]")
      }
      return words.joined(separator: ", ")
    }
  }

  private static let failures = "0 1 503; 0 2 503; 0 3 503; 0 4 503; 0 5 503"
  private static let refusals = "0 1 400; 0 2 400; 0 3 400"
  private static let recovered = "delivered, recovered, due except []"

  /// What comes of the last attempt.
  private static let stories: [(String, String)] = [
    // A channel that is well.
    ("0 1 200", "delivered"),
    ("0 1 503", "retry 5"),
    ("0 1 503; 5 1 503", "retry 6"),
    ("0 1 503+60", "retry 60"),
    ("0 1 400", "retry 5"),
    ("0 1 410", "kept 600, failing"),
    // Failures in a row open its breaker.
    ("0 1 503; 0 2 503; 0 3 503; 0 4 503; 1 5 200; 2 6 503", "retry 5"),
    (failures, "kept 30, failing"),
    // One message is enough to try a channel in trouble, and none is given up meanwhile.
    ("0 1 503; 5 1 503; 11 1 503; 18 1 503; 26 1 503", "kept 30, failing"),
    ("\(failures); 30 5 503; 90 5 503; 210 5 503; 510 5 503; 1110 5 503; 1710 5 503", "kept 600"),
    // A receiver that asks for hours is tried with others every ten minutes.
    ("\(failures); 30 5 503+300; 329 6 200", "waits"),
    ("\(failures); 30 5 503+300; 330 6 200", recovered),
    ("\(failures); 30 5 503+43200", "kept 43200"),
    ("\(failures); 30 5 503+43200; 629 6 200", "waits"),
    ("\(failures); 30 5 503+43200; 630 6 200", "delivered, recovered, due except [5 in 42600]"),
    ("\(failures); 29 6 200", "waits"),
    ("\(failures); 30 6 200", recovered),
    ("\(failures); 30 6 503; 89 7 200", "waits"),
    ("\(failures); 30 6 503; 90 7 200", recovered),
    // A refusal does not close it.
    ("\(failures); 30 6 400", "kept 30"),
    // A recovery makes those due later for which the receiver wants a time, and leaves those alone that failed after
    // another one.
    ("0 9 503+3600; \(failures); 30 6 200", "delivered, recovered, due except [9 in 3570]"),
    (
      "\(failures); 30 6 200; 31 1 503; 31 2 503; 31 3 503; 31 4 503; 31 5 503; 61 7 200",
      "delivered, recovered, due except [1, 2, 3, 4, 5]"
    ),
    // 410 opens it for ten minutes.
    ("0 1 410; 599 2 200", "waits"),
    ("0 1 410; 600 2 200", recovered),
    // One that is refused while others are taken.
    ("0 1 400; 1 2 200; 5 1 400", "retry 6"),
    ("0 1 400; 1 2 200; 5 1 400; 6 3 200; 11 1 400", "given up after 3"),
    // One that is refused while no other is there.
    ("0 1 400; 5 1 400; 11 1 400", "retry 7"),
    ("0 1 400; 5 1 400; 11 1 400; 18 1 400", "kept 30, failing"),
    ("0 1 400; 5 1 400; 11 1 400; 18 1 400; 19 2 200", recovered),
    // Several that are refused in a row.
    (refusals, "kept 30"),
    ("\(refusals); 0 4 200", "delivered, recovered"),
    ("\(refusals); 0 4 400", "kept 30, failing"),
    ("\(refusals); 0 1 400", "kept 30"),
    ("\(refusals); 0 4 400; 29 5 200", "waits"),
    ("\(refusals); 0 4 400; 30 5 200", recovered),
    ("\(refusals); 0 4 503", "kept 30, failing"),
  ]

  @Test(arguments: stories)
  func `decides about a message and its channel`(_ story: String, _ outcome: String) throws {
    var machine = Machine()
    let outcomes = try machine.play(story)
    #expect(outcomes.last == outcome, "\(outcomes)")
  }

  @Test(arguments: [
    ("0 1 200", recovered), ("0 1 503", "kept 60"), ("0 1 400", "kept 60, failing"),
    ("0 1 503; 29 2 200", "waits"),
  ])
  func `goes on after a restart where the channel was failing`(_ story: String, _ outcome: String) throws {
    var machine = Machine()
    machine.health.resumeFailing(at: Machine.moment(0).uptime)
    let outcomes = try machine.play(story)
    #expect(outcomes.last == outcome, "\(outcomes)")
  }

  @Test func `lets nothing count that was under way when the channel was found in trouble`() throws {
    var machine = Machine()
    let (now, late) = (Machine.moment(0), machine.message(9))
    let entered = machine.health.enter(late, at: now.uptime)
    let permit = try #require(entered)
    _ = try machine.play(Self.failures)
    let failed = machine.judge(late, permit, try Machine.outcome("503"), at: now)
    #expect(failed == "kept 30")
    let breaker = machine.health.breaker
    #expect(breaker.readiness(at: now.uptime) == .open(until: now.uptime + .seconds(30)))
    let taken = machine.judge(late, permit, .taken, at: now)
    #expect(taken == "delivered")
    #expect(machine.health.breaker == breaker, "it may have been taken before the trouble began")
  }

  @Test func `lets a message that was never refused be the next probe`() throws {
    var machine = Machine()
    _ = try machine.play("\(Self.refusals); 0 1 400")
    let now = Machine.moment(1).uptime
    let (old, fresh) = (machine.message(1), machine.message(8))
    #expect(machine.health.opening(for: old, at: now) == now + .seconds(29))
    #expect((machine.health.opening(for: fresh, at: now) ?? now) <= now)
    let isOldTried = machine.health.enter(old, at: now) != nil
    let probe = machine.health.enter(fresh, at: now)
    #expect(!isOldTried && probe?.isProbe == true)
  }
}
