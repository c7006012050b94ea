@testable import JobWatchCore
import TestSupport
import Testing

@Suite struct `The state of an endpoint` {
  private static let key = EndpointKey(account: "prod", service: "ecs")
  private static let error = APIError(code: "C", message: "no")
  private static let seen = Observation.seen(.running, JobReport(rawStatus: "RUNNING"))
  private static let credential = CircuitBreaker(threshold: 1, waits: [])

  private var state = EndpointState(
    key, breaker: BreakerPolicy(failures: 2, firstProbe: .seconds(1), longestProbe: .seconds(4), grace: .minutes(1)),
    probes: ProbePolicy(steps: [.seconds(30)]), absence: AbsencePolicy())

  private static func moment(_ seconds: Int) -> Moment {
    Moment(wall: .start + .seconds(seconds), uptime: .hours(1) + .seconds(seconds))
  }

  /// One answer, `second` seconds after the start.
  private struct Step {
    var second: Int
    var answer: Observation
    var job: Int64 = 1
    var isOfEndpoint = true
  }

  /// A call, which must be allowed.
  private func enter(_ state: inout EndpointState, at uptime: Duration) throws -> EndpointState.Permits {
    let permits = state.enter(at: uptime)
    return try #require(permits, "no call may be made at \(uptime)")
  }

  /// Of ten jobs.
  private func play(_ steps: [Step], _ state: inout EndpointState) throws -> [EndpointState.Effects] {
    try steps.map { step in
      let now = Self.moment(step.second)
      let permits = try enter(&state, at: now.uptime)
      return state.record(step.answer, of: step.job, isOfEndpoint: step.isOfEndpoint, permits, watched: 10, at: now)
    }
  }

  private func changes(_ steps: [Step], _ state: inout EndpointState) throws -> [String] {
    try play(steps, &state).flatMap(\.changes).map {
      "\($0.isEnd ? "-" : "+")\($0.condition.kind.rawValue)\($0.event == nil ? "" : "!")"
    }
  }

  @Test func `seeks a witness of an absence among jobs that have an answer`() throws {
    var state = state
    let steps = [
      Step(second: 0, answer: .garbled("G"), job: 2, isOfEndpoint: false), Step(second: 1, answer: Self.seen, job: 3),
      Step(second: 2, answer: .busy("B"), job: 4), Step(second: 3, answer: .absent(code: "")),
      Step(second: 80, answer: .absent(code: "")),
    ]
    let choices = try play(steps, &state).map(\.seeksWitness?.avoided)
    #expect(choices.last == [1, 2, 4])
  }

  /// What two equal answers for two jobs open, and what a sighting then ends. `!`: an event tells of it.
  @Test(arguments: [
    (seen, [], []),
    (.unrecognised(JobReport(rawStatus: "X")), [], []),
    (.absent(code: ""), [], []),
    (.busy("B"), [], []),
    (.throttled(Throttle(code: "T")), [], []),
    (.refused(error), [], []),
    (.skewed(serverTime: nil, error), [], []),
    (.garbled("G"), ["+unreachable"], ["-unreachable!"]),
    (.unreachable("U"), ["+unreachable"], ["-unreachable!"]),
    (.forbidden(error), ["+forbidden!"], ["-forbidden!", "-misconfigured!"]),
    (.misconfigured(error), ["+misconfigured!"], ["-forbidden!", "-misconfigured!"]),
  ])
  func `changes with what answers say of the service`(
    _ answer: Observation, _ begins: [String], _ ends: [String]
  ) throws {
    var state = state
    let isBarred = begins.first?.hasSuffix("!") == true
    // Three jobs show that a service refuses; two that an endpoint is dead.
    let bad = (1...(isBarred ? 3 : 2)).map { Step(second: 0, answer: answer, job: Int64($0)) }
    #expect(try changes(bad, &state) == begins)
    #expect(try changes([Step(second: 60, answer: Self.seen, job: 9)], &state) == ends)
    #expect(try changes([Step(second: 61, answer: Self.seen, job: 9)], &state) == [])
  }

  /// By answer: how long no call is made after it showed trouble, in seconds.
  @Test(arguments: [
    (Observation.unreachable("U"), 1), (.garbled("G"), 1), (.forbidden(error), 30),
    (.misconfigured(error), 30), (.busy("B"), 0), (.refused(error), 0), (seen, 0),
    (.throttled(Throttle(code: "T")), 0), (.absent(code: ""), 0),
  ])
  func `leaves a service in trouble alone, but for one probe at a time`(_ answer: Observation, _ wait: Int) throws {
    var state = state
    for job in 1...3 where state.nextCall(with: Self.credential, Self.moment(0).uptime) != nil {
      guard state.nextCall(with: Self.credential, Self.moment(0).uptime) == Self.moment(0).uptime else { break }
      _ = try play([Step(second: 0, answer: answer, job: Int64(job))], &state)
    }
    let opens = Self.moment(wait).uptime
    #expect(state.nextCall(with: Self.credential, Self.moment(0).uptime) == opens)
    #expect((state.probe(with: Self.credential, at: opens) != nil) == (wait > 0))
    let permits = try enter(&state, at: opens)
    if wait > 0 {
      #expect(state.nextCall(with: Self.credential, opens) == nil)
      let second = state.enter(at: opens)
      #expect(second == nil)
      state.release(permits, at: opens)
    }
    #expect(state.nextCall(with: Self.credential, opens) == opens)
  }

  @Test func `waits for the credential's breaker as well`() throws {
    var credential = CircuitBreaker(threshold: 1, waits: [.minutes(5)])
    let now = Self.moment(0).uptime
    let permit = credential.enter(at: now)
    _ = credential.fail(try #require(permit), at: now)
    #expect(state.nextCall(with: credential, now) == now + .minutes(5))
    #expect(state.probe(with: credential, at: now + .minutes(5)) != nil)
  }

  @Test func `tells of an outage once it has lasted for the grace, and once`() throws {
    var state = state
    _ = try play([1, 2].map { Step(second: 0, answer: .unreachable("U"), job: $0) }, &state)
    #expect(state.tellAt() == Self.moment(60).uptime)
    #expect(state.tell(at: Self.moment(59)) == nil)
    let change = state.tell(at: Self.moment(60))
    let told = try #require(change)
    #expect(told.condition.since == .start && told.condition.toldAt == .start + .minutes(1))
    #expect(told.event?.kind == .endpointDown && told.event?.data.cause == "U")
    #expect(state.tell(at: Self.moment(99)) == nil && state.tellAt() == nil)
    // Another outage is told again.
    _ = try play(
      [Step(second: 100, answer: Self.seen)] + [1, 2].map { Step(second: 101, answer: .garbled("G"), job: $0) }, &state)
    #expect(state.tell(at: Self.moment(161))?.event?.data.cause == "G")
  }

  @Test func `does not tell of an outage that a clock step alone made long`() throws {
    var state = state
    _ = try play([1, 2].map { Step(second: 0, answer: .unreachable("U"), job: $0) }, &state)
    state.clockWasSet(by: .days(1), at: .start + .days(1))
    let now = Moment(wall: .start + .days(1) + .seconds(59), uptime: Self.moment(59).uptime)
    #expect(state.tell(at: now) == nil)
    let told = state.tell(at: Self.moment(60))
    #expect(told?.condition.since == .start + .days(1), "by the clock that holds since")
  }

  @Test func `notices one failed call by nothing that anybody sees`() throws {
    var state = state
    let effects = try play([Step(second: 0, answer: .unreachable("U")), Step(second: 1, answer: Self.seen)], &state)
    #expect(effects.allSatisfy { $0.logLines.isEmpty && !$0.leavesBacklog })
    #expect(effects.flatMap(\.changes).allSatisfy { $0.isEnd })
  }

  @Test func `says that calls are left alone, and of the backlog once it answers again`() throws {
    var state = state
    let down = try play([1, 2].map { Step(second: 0, answer: .unreachable("U"), job: $0) }, &state)
    #expect(down.flatMap(\.logLines) == [.isLeftAlone(cause: "U")])
    let up = try play([Step(second: 60, answer: Self.seen)], &state)
    #expect(up.flatMap(\.logLines) == [.answersAgain(after: .seconds(60))])
    #expect(up[0].leavesBacklog)
  }

  @Test func `seeks a witness where too few jobs fail to blame the service`() throws {
    var state = state
    let steps = [0, 1, 2].map { Step(second: $0, answer: .unreachable("U"), isOfEndpoint: false) }
    let effects = try play(steps, &state)
    #expect(effects.last?.seeksWitness?.avoided == [1])
    #expect(effects.flatMap(\.changes).isEmpty)
  }

  // MARK: A service without answers

  /// Three jobs without an answer, `second` seconds after the start.
  private func busy(at second: Int) -> [Step] {
    (1...3).map { Step(second: second, answer: .busy("B\(second)"), job: $0) }
  }

  @Test func `tells that a service has no answers once it lasts, with the last cause`() throws {
    var state = state
    let effects = try play(busy(at: 0) + busy(at: 59), &state)
    #expect(effects.flatMap(\.changes).isEmpty)
    #expect(effects.flatMap(\.logLines) == [.isBusy(cause: "B0")])
    #expect(try changes(busy(at: 60) + busy(at: 61), &state) == ["+busy!"])
    // Busy for one job, it is not so for another.
    #expect(try changes([Step(second: 70, answer: .absent(code: ""))], &state) == ["-busy!"])
  }

  // MARK: Absent jobs

  /// By how many were shown, never shown, and gone and submitted again: whether most are suddenly absent.
  @Test(arguments: [
    (0, 9, 0, true), (1, 9, 0, false), (0, 0, 9, false), (9, 0, 0, true), (9, 50, 0, true),
  ])
  func `counts no job as suddenly gone that is no surprise`(
    _ shown: Int, _ unshown: Int, _ returned: Int, _ isMass: Bool
  ) throws {
    var state = state
    let jobs = (1...Int64(shown + unshown + returned)).map { $0 }
    for job in jobs.dropFirst(shown) {
      state.beginWatching(job, isNew: job <= shown + unshown, isReturned: job > shown + unshown)
    }
    let absent = shown == 1 ? jobs.dropFirst() : jobs[...]
    for second in [0, 90] {
      for job in absent {
        let permits = try enter(&state, at: Self.moment(second).uptime)
        _ = state.record(
          .absent(code: ""), of: job, permits, watched: jobs.count, at: Self.moment(second))
      }
    }
    var context = PollContext(Policies())
    state.inform(&context, about: 1)
    #expect(context.verdictsHeld == isMass)
  }

  @Test func `tells when most jobs are absent, and of the first that is seen again`() throws {
    var state = state
    let absent = (1...6).map { Step(second: 0, answer: .absent(code: ""), job: $0) }
    #expect(try changes(absent, &state) == ["+absent!"])
    #expect(try changes([Step(second: 9, answer: Self.seen)], &state) == ["-absent!"])
    var context = PollContext(Policies())
    state.inform(&context, about: 1)
    #expect(!context.verdictsHeld && context.absencesCountFrom == .start + .seconds(9))
  }

  @Test func `takes no notice of a lost job that is absent`() throws {
    var state = state
    for job in 1...9 {
      let permits = try enter(&state, at: Self.moment(0).uptime)
      let effects = state.record(
        .absent(code: ""), of: Int64(job), isLost: true, permits, watched: 10, at: Self.moment(0))
      #expect(effects.changes.isEmpty)
    }
  }

  // MARK: What the decision on a job takes

  @Test func `counts the failures of each job, until it is answered or watched no more`() throws {
    var state = state
    func failures(of job: Int64) -> Int {
      var context = PollContext(Policies())
      state.inform(&context, about: job)
      return context.failuresBefore
    }
    _ = try play(busy(at: 0) + [Step(second: 1, answer: .busy("B"))], &state)
    #expect([failures(of: 1), failures(of: 2), failures(of: 4)] == [2, 1, 0])
    _ = try play(
      [
        Step(second: 2, answer: .absent(code: "")),
        Step(second: 2, answer: .throttled(Throttle(code: "")), job: 2),
      ], &state)
    #expect([failures(of: 1), failures(of: 2), failures(of: 3)] == [0, 1, 1])
    state.forget(3)
    #expect(failures(of: 3) == 0)
  }

  @Test func `notes once that the quota is used up, until another answer comes`() throws {
    var state = state
    let throttled = Observation.throttled(Throttle(code: "T"))
    let answers = [
      throttled, throttled, Self.seen, throttled, throttled, .unreachable("U"), throttled,
    ]
    let notices = try answers.enumerated().map { second, answer in
      let now = Self.moment(10 * second)
      let permits = try enter(&state, at: now.uptime)
      return state.record(answer, of: 1, permits, watched: 9, at: now).logLines
    }
    let noted = notices.map { $0.contains(.isThrottled(code: "T")) }
    #expect(noted == [true, false, false, true, false, false, true])
  }

  @Test func `tells a quota that leaves no call for a quarter of an hour, and its end`() throws {
    var state = state
    let throttled = Observation.throttled(Throttle(code: "T"))
    func step(_ minute: Int, _ answer: Observation) -> Step { Step(second: 60 * minute, answer: answer) }
    #expect(try changes([step(0, throttled), step(14, throttled), step(15, Self.seen)], &state) == [])
    #expect(try changes([step(20, throttled), step(34, throttled)], &state) == [])
    #expect(try changes([step(35, throttled), step(36, throttled)], &state) == ["+throttled!"])
    // What comes from in front of the quota says nothing of it.
    #expect(try changes([step(37, .unreachable("U")), step(38, throttled)], &state) == [])
    #expect(try changes([step(39, Self.seen)], &state) == ["-throttled!", "-unreachable!"])
  }

  @Test func `knows a job that has no answer while others have`() throws {
    var state = state
    _ = try play(
      [
        Step(second: 0, answer: Self.seen, job: 2), Step(second: 1, answer: .busy("B")),
        Step(second: 2, answer: Self.seen, job: 2),
      ], &state)
    for (job, isAlone) in [(Int64(1), true), (2, false)] {
      var context = PollContext(Policies())
      state.inform(&context, about: job)
      #expect(context.failsAlone == isAlone)
    }
  }

  @Test func `follows the cloud's clock, also when ours is set`() throws {
    var state = state
    for second in 0..<9 { state.clockOffset.note(.start + .seconds(second + 10), at: .start + .seconds(second)) }
    #expect((9.0...11).contains(state.clockOffset.value.seconds))
    state.clockWasSet(by: .hours(1), at: .start + .hours(1))
    #expect((-3591.0 ... -3589).contains(state.clockOffset.value.seconds))
    state.clockOffset.replace(.start + .minutes(5), at: .start)
    #expect((300.0...301).contains(state.clockOffset.value.seconds))
  }

  // MARK: After a restart

  /// By condition and whether it was told: the wait for a call, whether it is told after one more failure, and what a
  /// sighting ends.
  @Test(arguments: [
    (Condition.Kind.unreachable, true, false, ["-unreachable!"]),
    (.unreachable, false, true, ["-unreachable!"]),
    (.busy, true, false, ["-busy!"]), (.busy, false, false, []),
    (.forbidden, true, false, ["-forbidden!", "-misconfigured!"]),
    (.misconfigured, true, false, ["-forbidden!", "-misconfigured!"]),
    (.absent, true, false, ["-absent!"]), (.throttled, true, false, ["-throttled!"]),
  ])
  func `takes up what is on record, and tells nothing twice`(
    _ kind: Condition.Kind, _ isTold: Bool, _ isToldAfterFailure: Bool, _ ends: [String]
  ) throws {
    var state = state
    state.resume(
      Condition(
        .endpoint(Self.key), kind, since: .start - .hours(2), toldAt: isTold ? .start : nil,
        cause: "C"), at: Self.moment(0))
    // The outage may be over: it is told when a call has failed.
    #expect(state.tell(at: Self.moment(0)) == nil)
    var other = state
    #expect(try changes([Step(second: 1, answer: Self.seen)], &state) == ends)
    _ = try play([Step(second: 1, answer: .unreachable("U"))], &other)
    #expect((other.tell(at: Self.moment(1)) != nil) == isToldAfterFailure)
  }

  @Test(
    "holds verdicts again from now on, where the hold began ahead of the clock, or should be over by it",
    arguments: [Duration.days(9), .days(-1)])
  func resumedHold(_ began: Duration) throws {
    var state = state
    state.resume(
      Condition(
        .endpoint(Self.key), .absent, since: .start + began, toldAt: .start, cause: "C"),
      at: Self.moment(0))
    let absent = { Step(second: $0, answer: .absent(code: "")) }
    #expect(try changes([absent(3599)], &state) == [])
    #expect(try changes([absent(3600)], &state) == ["-absent!"])
  }
}
