@testable import JobWatchCore
import Testing

/// What was set by a clock that was wrong waits no longer than it was meant to, once the clock is right.
@Suite struct `After a clock was set` {
  /// Seconds from now: when it was set and for when, and when it is due then.
  @Test(
    "a due time is at most its own wait away",
    arguments: [
      (0, 3, 3), (-2, 1, 1), (-10, -7, -7), (259_200, 259_203, 3), (259_200, 259_200, 0),
      (1, 3, 2), (-259_200, -259_197, -259_197), (259_200, 259_100, 0), (86_400, 172_800, 86_400),
      (30_000_000_000, 30_000_000_003, 3),
    ])
  func due(_ set: Int, _ due: Int, _ expected: Int) {
    let time = DueTime(at: .start + .seconds(due), setAt: .start + .seconds(set))
    let bounded = time.bounded(at: .start)
    #expect(bounded.at == .start + .seconds(expected))
    #expect(bounded.setAt == .start + .seconds(min(set, 0)))
    #expect(bounded.bounded(at: .start) == bounded)
  }

  /// Seconds for which a wait of ten had lasted when the clock was set back by the given days.
  @Test(
    "a due time goes on where it was, if it is known by how much", arguments: [0, 4, 10, 60],
    [1, 400])
  func step(_ waited: Int, _ days: Int) {
    let set = Timestamp.start + .days(days) - .seconds(waited)
    let due = DueTime(at: set + .seconds(10), setAt: set)
    #expect(due.bounded(at: .start, after: .days(-days)).at == .start + .seconds(10 - waited))
    // Not by as much as it was ahead.
    #expect(due.bounded(at: .start, after: .hours(-1)).at == .start + .seconds(10))
  }

  @Test func `that is noticed once, by what it gained or lost against the uptime`() {
    var watch = ClockWatch()
    var now = Moment(wall: .start, uptime: .hours(1))
    func pass(_ uptime: Duration, _ wall: Duration) { now = Moment(wall: now.wall + wall, uptime: now.uptime + uptime) }
    #expect(watch.step(at: now) == nil)
    for (uptime, wall, step): (Duration, Duration, Duration?) in [
      (.seconds(30), .seconds(30), nil), (.seconds(30), .milliseconds(30_900), nil),
      (.seconds(30), .seconds(30) - .days(3), .zero - .days(3)), (.seconds(30), .seconds(30), nil),
      (.seconds(1), .days(400) + .seconds(1), .days(400)), (.days(2), .days(2), nil),
      (.zero, .seconds(-2), .seconds(-2)), (.zero, .zero, nil),
    ] {
      pass(uptime, wall)
      #expect(watch.step(at: now) == step)
    }
  }

  @Test func `an absence that began later than now begins anew`() {
    var job = Job.sample(.running)
    job.absence = .init(answers: 2, since: .start + .days(3))
    var offsets: [Int] = []
    var (decision, at) = (job.observe(.missing, at: .start, under: .ecs), 0)
    #expect(decision.job.absence == .init(answers: 1, since: .start))
    while case .after(let gap) = decision.next, !decision.job.state.isFinal {
      at += Int(gap.seconds)
      offsets.append(at)
      decision = decision.job.observe(.missing, at: .start + .seconds(at), under: .ecs)
    }
    #expect(offsets.last == 120 && decision.job.state == .lost)
  }

  @Test func `an absence that was seen before it is believed no earlier`() {
    var absences = MassAbsence()
    absences.clockWasSet(at: .start + .days(3))
    var context = PollContext.ecs
    context.absencesCountFrom = absences.recoveredAt
    var job = Job.sample(.running)
    // Three answers, by the clock that was behind.
    job.absence = .init(answers: 3, since: .start)
    let decision = job.observe(.missing, at: .start + .days(3) + .seconds(1), under: context)
    #expect(decision.job.state == .running && decision.job.absence?.answers == 1)
  }

  /// Days before the step, and since.
  @Test(
    "a job that was never seen is lost only by what has passed since",
    arguments: [
      (3, 0, .unknown), (400, 0, .unknown), (0, 0, .unknown), (-3, 0, .unknown), (3, 2, .lost),
      (0, 2, .lost),
    ] as [(Int, Int, JobState)])
  func neverSeen(_ step: Int, _ since: Int, _ state: JobState) {
    var context = PollContext.ecs
    let set = Timestamp.start + .days(step)
    (context.clockSetAt, context.absencesCountFrom) = (set, set)
    var job = Job.sample()
    (job.submittedAt, job.registeredAt) = (.start, .start)
    for seconds in [1, 60, 130] {
      let now = set + .days(since) + .seconds(seconds)
      job = job.observe(.missing, at: now, under: context).job
    }
    #expect(job.state == state)
  }

  @Test func `a record that is kept from later than now on is kept from now on`() throws {
    let order = JobReport(rawStatus: "PENDING_PAYMENT")
    let ahead = Timestamp.start + .days(3)
    var job = Job.sample()
    (job.submittedAt, job.registeredAt) = (ahead, ahead)
    job = job.observe(.seen(.awaitingPayment, order), at: ahead, under: .ecs).job
    #expect(job.recordSince == ahead)
    job = job.observe(.seen(.awaitingPayment, order), at: .start, under: .ecs).job
    #expect(job.recordSince == .start)
  }

  @Test func `the notices of a job are planned from its next sighting on`() throws {
    let ahead = Timestamp.start + .days(3)
    var job = Job.sample(.running)
    job.lastSeenAt = ahead
    let report = try #require(job.report)
    job = job.observe(.seen(.running, report), at: .start, under: .ecs).job
    let risk = Policies.ecs.firstRiskNotice(after: .start)
    #expect(job.nextNotice(after: .start, under: .ecs) == risk)
  }
}
