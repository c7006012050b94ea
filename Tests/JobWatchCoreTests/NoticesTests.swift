import JobWatchCore
import TestSupport
import Testing

@Suite struct `Expiry notices` {
  struct Story: Sendable, CustomTestStringConvertible {
    var state: JobState
    var kinds: [EventKind]
    /// Before the deadline.
    var leads: [Duration]
    var deadline: Timestamp
    var testDescription: String { state.rawValue }

    static let all: [Story] = [
      Story(state: .succeeded, kinds: [.jobExpiring], leads: [.hours(4)], deadline: .start + .days(1)),
      Story(state: .failed, kinds: [.jobExpiring], leads: [.hours(4)], deadline: .start + .days(1)),
      Story(
        state: .registered, kinds: [.jobAtRisk, .jobAtRisk], leads: [.hours(4), .hours(1)],
        deadline: .start + .days(1)),
      Story(
        state: .running, kinds: [.jobAtRisk, .jobAtRisk], leads: [.hours(4), .hours(1)], deadline: .start + .days(1)),
      Story(state: .lost, kinds: [], leads: [], deadline: .start),
      Story(state: .unknown, kinds: [], leads: [], deadline: .start),
    ]
  }

  @Test("come once per threshold", arguments: Story.all)
  func once(_ row: Story) {
    let told = Job.sample(row.state).story(from: .start, under: .ecs)
    #expect(told.map(\.kind) == row.kinds)
    #expect(told.map(\.time) == row.leads.map { row.deadline - $0 })
    #expect(told.allSatisfy { $0.data.expiresAt == row.deadline })
  }

  @Test func `of an unpaid order come 7 d, 3 d, 1 d and 6 h before its record goes`() {
    let told = Job.sample(.awaitingPayment).story(from: .start, under: .ecs)
      .filter { $0.kind == .jobExpiring }
    let leads: [Duration] = [.days(7), .days(3), .days(1), .hours(6)]
    #expect(told.map(\.time) == leads.map { .start + .days(14) - $0 })
    #expect(told.allSatisfy { $0.data.captured == false })
  }

  /// A daemon that was down, or a job that was handed over late: from `lead` before the deadline.
  @Test(
    "that are overdue are told at once, and only the most urgent",
    arguments: [
      (Duration.days(8), [Duration.days(7), .days(3), .days(1), .hours(6)]),
      (.days(5), [.days(5), .days(3), .days(1), .hours(6)]),
      (.hours(20), [.hours(20), .hours(6)]),
      (.hours(5), [.hours(5)]),
      (.milliseconds(1), [.milliseconds(1)]),
      (.zero, []),
      (.days(-1), []),
    ])
  func late(_ lead: Duration, _ told: [Duration]) {
    let deadline = Timestamp.start + .days(14)
    let story = Job.sample(.awaitingPayment).story(from: deadline - lead, under: .ecs)
      .filter { $0.kind == .jobExpiring }
    #expect(story.map { deadline - $0.time } == told)
  }

  @Test func `are the same from the same value, and not repeated from what was told`() {
    let job = Job.sample(.running)
    let time = Timestamp.start + .hours(23) + .minutes(30)
    let first = job.notices(at: time, under: .ecs)
    let second = job.notices(at: time, under: .ecs)
    #expect(first.job == second.job && first.events == second.events && first.events.count == 1)
    #expect(first.job.notices(at: time, under: .ecs).events.isEmpty)
    #expect(first.job.nextNotice(after: time, under: .ecs) == nil)
    #expect(first.events.first?.data.blindGap?.from == .start)
  }

  @Test func `of an order are not repeated when its state goes back and forth`() {
    let time = Timestamp.start + .days(10)
    let told = Job.sample(.awaitingPayment).notices(at: time, under: .ecs)
    #expect(told.events.contains { $0.kind == .jobExpiring })
    let away = told.job.observe(.seen(.running), at: time, under: .ecs).job
    let back = away.observe(.seen(.awaitingPayment), at: time, under: .ecs).job
    #expect(back.notices(at: time, under: .ecs).events.isEmpty)
  }

  @Test func `of a job at risk move with its sightings`() {
    let first = Job.sample(.running).notices(at: .start + .hours(21), under: .ecs)
    #expect(first.events.map(\.kind) == [.jobAtRisk])
    let sighting = Timestamp.start + .hours(22)
    let seen = first.job.observe(.seen(.running), at: sighting, under: .ecs).job
    let story = seen.story(from: sighting, under: .ecs)
    #expect(story.map(\.time) == [sighting + .hours(20), sighting + .hours(23)])
  }

  @Test func `stop where a service documents no retention, or none are wanted`() {
    var quiet = Policies.ecs
    quiet.expiry = ExpiryPolicy(finished: [], unpaid: [], atRisk: [])
    for policies in [Policies(), quiet] {
      for state in [JobState.running, .succeeded, .awaitingPayment] {
        #expect(Job.sample(state).story(from: .start, under: policies).isEmpty)
      }
    }
  }

  @Test func `are never due before the time that was named for them`() {
    var random = SeededGenerator(2)
    for state in [JobState.registered, .running, .awaitingPayment, .succeeded] {
      for _ in 0..<500 {
        let planned = Timestamp.start + random.duration(.zero ... .days(15))
        let looked = planned + random.duration(.zero ... .days(15))
        let job = Job.sample(state)
        guard !job.notices(at: looked, under: .ecs).events.isEmpty else { continue }
        let next = job.nextNotice(after: planned, under: .ecs)
        #expect(next.map { $0 <= looked } == true)
      }
    }
  }
}
