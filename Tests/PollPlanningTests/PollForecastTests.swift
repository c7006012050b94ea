import JobWatchCore
import TestSupport
import Testing

@testable import PollPlanning

@Suite struct `The outlook of a job` {
  static let now = Timestamp.start + .minutes(2)

  /// Jobs that take about four minutes, as many as are given.
  static func type(_ ended: Int) -> KnownType {
    var random = SeededGenerator(1)
    var model = DurationModel()
    for _ in 0..<ended { model.finish(.at(Double.random(in: 230...250, using: &random)), of: WatchedSpan()) }
    return KnownType(
      key: DurationKey(service: "ecs", jobType: "createServer", region: "eu-de"), ended: ended,
      running: 0, distribution: model.distribution())
  }

  private static let ended = type(200)

  /// Seen at two minutes, and due after the given time from then on.
  private func outlook(
    of job: Job = running(), type: KnownType = Self.ended, due: Duration = .seconds(110),
    price: Double = 5, fixed: Duration? = nil, ceiling: Double = 3600, obstacle: String? = nil,
    now: Timestamp = Self.now
  ) -> PollForecast {
    let bounds = PollBounds(ceiling: ceiling)
    let pace =
      fixed.map(PollPace.fixed) ?? .plan(PollPlan(distribution: type.distribution, price: price, bounds: bounds))
    var context = PollContext(Policies(polling: PollPolicy(ceiling: .seconds(ceiling), stuckAfter: .minutes(30))))
    context.pace = pace
    return PollForecast(
      job: job, type: type, context: context, price: price, leastPrice: 5, dueAt: Self.now + due,
      obstacle: obstacle, now: now)
  }

  @Test(
    "is no further away than the ceiling, whatever a clock that was ahead has stored",
    arguments: [false, true])
  func clockAhead(_ isSeenAhead: Bool) {
    let job = Self.running(seenAt: isSeenAhead ? .days(3) : .minutes(2))
    let outlook = outlook(of: job, due: .days(3))
    #expect(outlook.nextPoll <= Self.now + .minutes(66))
    #expect(outlook.age.map { $0 >= 0 } == true)
    #expect(outlook.polls(3).allSatisfy { $0.at >= Self.now && $0.age >= 0 })
  }

  private static func running(seenAt age: Duration = .minutes(2)) -> Job {
    var job = Job.sample(.running)
    job.report?.jobType = "createServer"
    job.lastSeenAt = .start + age
    job.span = WatchedSpan(known: age.seconds)
    return job
  }

  @Test func `says what is typical, how old it is, and why it is asked for when it is`() {
    let text = outlook(due: .minutes(2), now: Self.now + .seconds(70)).sentence
    #expect(text.hasPrefix("typically 3 m 5"))
    #expect(text.hasSuffix(", now 3 m 10 s, next poll in 50 s, because most end around then"))
    #expect(outlook(due: .seconds(5)).reasons == [.fewEndSooner])
    #expect(outlook(due: .minutes(20)).reasons == [.nearlyAllEndSooner])
    #expect(outlook(due: .seconds(40), ceiling: 40).reasons == [.ceiling(40)])
    let old = Self.running(seenAt: .minutes(9))
    #expect(outlook(of: old, due: .minutes(8), now: .start + .minutes(9)).reasons == [.outlivedMost])
    #expect(outlook(due: .zero, fixed: .seconds(10)).sentence.contains("next poll now"))
  }

  @Test func `says how few jobs are known, and nothing of what is typical of them`() {
    let young = outlook(type: Self.type(3))
    #expect(young.reasons == [.typeNew(jobs: 3)])
    #expect(young.sentence == "now 2 m, next poll in 1 m 50 s, because its type is new: 3 of it ended so far")
    #expect(outlook(type: Self.type(1)).sentence.hasSuffix("its type is new: 1 of it ended so far"))
  }

  @Test func `names a price above the user's beside the reason, and what it puts off`() {
    let raised = outlook(due: .minutes(2), price: 6)
    #expect(raised.reasons == [.mostEndThen, .quotaShort(price: 6)])
    #expect(raised.sentence.hasSuffix("because most end around then; the call price is 6 s: the quota is short"))
    #expect(outlook(due: .minutes(2), price: 5.2).reasons == [.mostEndThen])
    #expect(outlook(due: .seconds(1), price: 30).nextPoll > outlook(due: .seconds(1)).nextPoll)
    #expect(outlook(due: .seconds(1)).nextPoll == Self.now + .seconds(1))
  }

  @Test func `is that of its state where no plan decides`() {
    var unseen = Job.sample()
    #expect(outlook(of: unseen, due: .zero).reasons == [.typeUnknown])
    unseen.absence = Absence(answers: 1, since: Self.now)
    #expect(outlook(of: unseen).reasons == [.doubted])
    let unpaid = outlook(of: .sample(.awaitingPayment))
    #expect(unpaid.sentence == "next poll in 1 m 50 s, because the order is not paid")
    #expect(outlook(of: .sample(.lost)).reasons == [.lost])
    #expect(outlook(fixed: .seconds(10)).reasons == [.fixed(10)])
    #expect(outlook(fixed: .seconds(10)).sentence.hasSuffix("because polling.fixed is 10 s"))
    for job in [Job.sample(.awaitingPayment), .sample(.lost)] {
      #expect(outlook(of: job).age == nil && outlook(of: job).polls(3).isEmpty)
    }
  }

  @Test func `of an overdue job says that it was not answered, or what stands in the way`() {
    let late = Self.now + .minutes(30)
    let overdue = outlook(fixed: .seconds(10), now: late)
    #expect(overdue.reasons == [.unanswered])
    #expect(
      overdue.sentence.hasSuffix(
        "next poll overdue for 28 m 10 s, because it could not be asked, or brought no usable answer"
      ))
    let paused = outlook(obstacle: "polls are paused", now: late)
    #expect(paused.sentence.hasSuffix("now 32 m, not asked for now: polls are paused"))
  }

  @Test func `of a job that was not asked for yet is what the schedule will plan`() {
    var job = Job.sample()
    job.hint.jobType = "createServer"
    let plan = PollPlan(distribution: Self.ended.distribution, price: 5)
    let first = outlook(of: job, due: .minutes(-2))
    #expect(first.nextPoll == .start + plan.gap(after: 0, jitterSeed: job.key.jitterSeed))
    #expect(first.age == 120)
  }

  @Test func `is a deadline where a user has made one`() {
    var job = Self.running()
    job.hint.expectWithin = .minutes(3)
    #expect(outlook(of: job, due: .minutes(1)).reasons == [.expected])
    #expect(outlook(of: job, due: .seconds(50)).polls(2).map(\.age) == [170, 180])
    #expect(outlook(due: .minutes(28), fixed: .minutes(40)).reasons == [.stuckLimit])
    let raised = outlook(of: job, due: .minutes(1), price: 3600)
    #expect(raised.nextPoll == Self.now + .minutes(1) && raised.reasons == [.expected])
  }

  @Test func `lists the polls of the plan from the next one on`() {
    let polls = outlook().polls(5)
    #expect(polls.first?.age == 230 && polls.first?.at == Self.now + .seconds(110))
    let plan = PollPlan(distribution: Self.ended.distribution, price: 5)
    for (one, next) in zip(polls, polls.dropFirst()) {
      #expect(abs(next.age - plan.nextAge(after: one.age)) < 0.01)
      #expect(abs((next.at - one.at).seconds - (next.age - one.age)) < 0.01)
    }
    let fixed = outlook(due: .seconds(10), fixed: .seconds(10)).polls(3)
    #expect(fixed.map(\.age) == [130, 140, 150])
  }
}
